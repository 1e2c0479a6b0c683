"""The default cache keeps what is live, drops what has expired, and strangers cannot grow it."""

import shutil
import socket
import subprocess
import time
from importlib.util import find_spec

import pytest
from django.conf import settings as project
from django.core.cache import cache, caches
from django.db import connection

from profilelink.cache import BUCKETS, bounded_key
from profilelink.checks import check_eviction, check_proxies

LIMIT = "allauth:rl:allauth.account:reset_password:5/60.0/key:"

needs_the_table = pytest.mark.skipif(
    bool(project.CACHE_URL), reason="the cache is Redis here, and not a table"
)


def rows():
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM cache")
        return cursor.fetchone()[0]


@needs_the_table
@pytest.mark.django_db
def test_other_rows_push_no_limit_out():
    """The attack: 330 resets, log-ins or marks, and the counters of an account are gone."""
    keys = [f"allauth:rl:allauth.account:login:5/60.0/user:{n}" for n in range(20)]
    for key in keys:
        cache.set(key, [1.0], 300)
    for number in range(1100):
        cache.set(f"zz{number}", 1, 300)
    assert len(cache.get_many(keys)) == 20


@needs_the_table
@pytest.mark.django_db
def test_what_has_expired_goes_when_the_table_is_large():
    for number in range(1010):
        cache.set(f"old{number}", 1, -5)
    cache.set("live", 1, 300)
    cache.set("next", 1, 300)
    assert rows() <= 20
    assert cache.get("live") == 1


def test_what_strangers_type_is_folded_and_members_are_not():
    typed = {bounded_key(f"{LIMIT}{number}", "p", 1) for number in range(3 * BUCKETS)}
    assert BUCKETS // 2 < len(typed) <= BUCKETS
    members = {bounded_key(f"allauth:rl:a:b:c/user:user:{n}", "p", 1) for n in range(100)}
    assert len(members) == 100
    assert bounded_key("strays", "p", 1) == "p:1:strays"


def test_the_limits_of_two_pages_are_never_one():
    """A hundred log-ins of an address must not use up its five mails."""
    other = LIMIT.replace("reset_password", "login")
    assert bounded_key(f"{LIMIT}x", "p", 1) != bounded_key(f"{other}x", "p", 1)
    assert bounded_key(f"{LIMIT}x:lock", "p", 1) == bounded_key(f"{LIMIT}x", "p", 1) + ":lock"


def test_https_without_a_known_proxy_is_an_error(settings):
    settings.PUBLIC_URL, settings.TRUSTED_PROXY_COUNT = "https://profile.example", 0
    assert [found.id for found in check_proxies()] == ["profilelink.E001"]
    settings.TRUSTED_PROXY_COUNT = 1
    assert check_proxies() == []
    settings.PUBLIC_URL, settings.TRUSTED_PROXY_COUNT = "http://127.0.0.1:8000", 0
    assert check_proxies() == []


@pytest.mark.skipif(
    not shutil.which("redis-server") or not find_spec("redis"), reason="no Redis to start"
)
@pytest.mark.parametrize(
    ("policy", "found"), [("allkeys-lru", ["profilelink.E002"]), ("noeviction", [])]
)
def test_a_redis_that_evicts_is_an_error(settings, tmp_path, policy, found):
    path = tmp_path / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", ""]
    server = subprocess.Popen(
        [*command, "--maxmemory-policy", policy], cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    try:
        while server.poll() is None and not answers(path):
            time.sleep(0.01)
        use_redis(settings, f"unix://{path}")
        assert [message.id for message in check_eviction()] == found
    finally:
        server.terminate()
        server.wait()


@pytest.mark.skipif(not find_spec("redis"), reason="no client of Redis")
def test_a_redis_that_cannot_be_asked_is_a_warning(settings, tmp_path):
    use_redis(settings, f"unix://{tmp_path}/none.sock")
    assert [message.id for message in check_eviction()] == ["profilelink.W001"]


def answers(path):
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def use_redis(settings, location):
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {**project.CACHES, "default": {"BACKEND": backend, "LOCATION": location}}
    assert caches["default"]._servers == [location]
