"""One member with friends who talk, as a process: `python -m tests.bench.village`.

Hanako has 29 friends, each with three posts; one of hers has ten comments; ten notices wait; three links.
Prints what the bench needs: {"post": its key, "friend": a user name, "cookie": a session of the stock page}.
"""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import import_module

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Audience, Member  # noqa: E402
from tests.making import (  # noqa: E402
    PASSWORD,
    befriend,
    make_comment,
    make_link,
    make_member,
    make_post,
)
from tests.noticing import make_notice  # noqa: E402

FRIENDS, POSTS, COMMENTS = 29, 3, 10
WORDS = "今朝の豊平川、霧がきれいだった。明日は自転車で通勤します"


def fill() -> dict[str, object]:
    """Make the rows; what the bench has to know of them."""
    now = timezone.now()
    hanako = make_member("hanako", display_name="山田花子", posts_by_me=Audience.EVERYONE)
    for number, network in enumerate(("mixi", "mastodon", "bluesky")):
        make_link(hanako, network, uid=f"u{number}")
    friends = []
    for number in range(FRIENDS):
        friend = make_member(f"friend{number:02}", display_name=f"佐藤太郎{number}", email="")
        befriend(hanako, friend)
        friends.append(friend)
        for part in range(POSTS):
            at = now - timedelta(minutes=10 * number + 300 * part)
            make_post(
                author=friend, text=f"{WORDS} {part}", audience=Audience.FRIENDS, created_at=at
            )
    own = make_post(author=hanako, text=WORDS, created_at=now - timedelta(days=1))
    for number in range(10):
        make_post(author=friends[0], text=f"{WORDS} {number}", created_at=now - timedelta(days=2))
    for friend in friends[:COMMENTS]:
        said = make_comment(own, friend, "いいですね。写真も見せてください")
        make_notice(
            hanako,
            "comment",
            subject=own.pk,
            detail=said.pk,
            actor=friend,
            key=f"comment {said.pk}",
        )
    return {
        "post": own.pk,
        "friend": friends[0].username,
        "password": PASSWORD,
        "cookie": _stock_session(hanako),
    }


def _stock_session(member: Member) -> str:
    """A session as Django's own log-in makes it."""
    store = import_module("django.contrib.sessions.backends.db").SessionStore()
    store[SESSION_KEY] = str(member.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = member.get_session_auth_hash()
    store.create()
    return str(store.session_key)


if __name__ == "__main__":
    assert settings.SECRET_KEY
    print(json.dumps(fill()))
