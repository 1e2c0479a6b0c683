"""What servers that members name, and that drip or say nothing, cost everybody else."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.drills import processes
from tests.drills.worker import environment_of, until
from tests.phone import FLIP_PHONE
from tests.ports import free_row
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.delivering import texts

pytestmark = pytest.mark.drill
Note = Callable[[str, object], None]

NAMED = [MastodonOnTheSandbox, MisskeyOnTheSandbox, GnusocialOnTheSandbox]
PHONES = 20
LOOKS = 10
GUNICORN = ["-m", "gunicorn", "profilelink.wsgi", "-c", "profilelink/deploy/gunicorn.py"]
HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|number)" value="([^"]+)"')


def test_three_dripping_servers_delay_no_post_to_mixi(sandbox, worker, record_property):
    """Each has deliveries and pulls due; they delayed a post to mixi by 57 s."""
    for network in NAMED:
        net, key = network(sandbox), network.connector_class.key
        app, held = net.app(), asdict(net.credentials())
        keys = {"client_id": app.client_id, "client_secret": app.client_secret}
        host = sandbox.root(key).removeprefix("http://")
        worker.rows("seed_on", key, host, held | {"extra": dict(held["extra"])}, keys)
        sandbox.faults.add(key, "drip", times=9999)
    worker.start()
    assert until(lambda: min(worker.rows("waiting")) >= len(NAMED)), worker.said()
    record_property("deliveries and pulls that wait", worker.rows("waiting"))
    worker.seed("間に合う")
    began = time.monotonic()
    assert until(lambda: texts(sandbox) == ["間に合う"], seconds=50), worker.said()
    record_property("seconds until mixi had the post", round(time.monotonic() - began, 1))


def test_twenty_links_begun_to_silent_servers_leave_the_site_answering(
    sandbox, worker, tmp_path, record_property
):
    """By gunicorn's own settings: 32 threads, of which a few may wait for such servers."""
    with ExitStack() as held, ThreadPoolExecutor(PHONES) as threads:
        silent = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(5)]
        hosts = ["{}:{}".format(*each.getsockname()) for each in silent]
        site = f"127.0.0.1:{free_row()}"
        environment = environment_of(
            sandbox,
            worker.environment["DATABASE_URL"],
            BIND=site,
            PUBLIC_URL=f"http://{site}",
            ALLOWED_PRIVATE_HOSTS=",".join(hosts),
        )
        worker.environment = environment
        held.enter_context(processes.running_process(GUNICORN, tmp_path / "web.log", environment))
        assert until(lambda: _asked(f"http://{site}/healthz") == 200)
        pages = [
            f"http://{site}/s/{token}/links/mastodon/" for token in worker.rows("phones", PHONES)
        ]
        forms = [_form(page) for page in pages]
        begun = [
            threads.submit(_begin, page, form, hosts[number % len(hosts)])
            for number, (page, form) in enumerate(zip(pages, forms, strict=True))
        ]
        # More than half are told "slow" while the others still wait for the silent servers.
        assert until(lambda: sum(each.done() for each in begun) > PHONES / 2)
        still = sum(not each.done() for each in begun)
        waits = []
        for _ in range(LOOKS):
            began = time.monotonic()
            assert _asked(f"http://{site}/healthz") == 200
            waits.append(time.monotonic() - began)
        record_property("slowest /healthz, seconds", round(max(waits), 2))
        record_property("of 20 links, still waiting then", still)
        statuses = sorted(each.result() for each in begun)
    record_property("answers", statuses)
    assert statuses == [409] * PHONES  # each learned that its server is slow, or silent
    assert still > 0


def _asked(url: str) -> int:
    try:
        with urlopen(Request(url, headers={"User-Agent": FLIP_PHONE}), timeout=60) as answer:
            return int(answer.status)
    except OSError as error:
        return int(getattr(error, "code", 0))


def _form(page: str) -> dict[str, str]:
    with urlopen(Request(page, headers={"User-Agent": FLIP_PHONE}), timeout=60) as answer:
        return dict(HIDDEN.findall(answer.read().decode()))


def _begin(page: str, form: dict[str, str], host: str) -> int:
    """Status of the answer to a link that is begun there."""
    fields = form | {"server": f"@hanako@{host}"}
    headers = {"User-Agent": FLIP_PHONE, "Referer": page}
    try:
        request = Request(page, urlencode(fields).encode(), headers=headers)
        with urlopen(request, timeout=90) as answer:
            return int(answer.status)
    except OSError as error:
        return int(getattr(error, "code", 0))
