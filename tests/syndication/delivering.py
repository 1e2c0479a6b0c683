"""What the tests of the delivery engine share: a link with real tokens, and a clock that moves.

Nothing is patched: time is the `now` of each function, and the sandbox's clock moves along.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Audience, Member
from syndication.connectors.base import Credentials
from syndication.delivery import attempt, credentials, planning
from syndication.models import Delivery, Link, Post
from syndication.sandbox.mixi.grants import MixiGrant
from tests.making import make_link, make_member, make_post
from tests.sandbox_server import TestSandbox

# Without r_updates, as of links that were made before it was asked for: diaries cannot be looked up.
SCOPES = ("r_profile", "r_voice", "w_voice", "r_photo", "w_photo", "w_diary")


class Moving:
    """Now, and later when told so; the networks' clock goes along."""

    def __init__(self, sandbox: TestSandbox | None = None) -> None:
        self._sandbox = sandbox
        self._added = timedelta()

    def __call__(self) -> datetime:
        return timezone.now() + self._added

    def advance(self, **parts: float) -> None:
        step = timedelta(**parts)
        self._added += step
        if self._sandbox is not None:
            self._sandbox.clock.advance(step.total_seconds())


def grant(
    sandbox: TestSandbox, name: str = "hanako", *, is_always: bool = True, scopes: Any = SCOPES
) -> Credentials:
    """Tokens as mixi would have given them after consent."""
    grants = sandbox.mixi.state.grants
    given = MixiGrant(
        user=sandbox.mixi.account(name).id, scopes=frozenset(scopes), is_always=is_always
    )
    refresh, access = grants.give_refresh(given), grants.give_access(given)
    return Credentials(
        access_token=access,
        refresh_token=refresh,
        expires_at=(timezone.now() + timedelta(seconds=900)).timestamp(),
        scopes=tuple(scopes),
        uid=given.user,
    )


def linked(sandbox: TestSandbox, member: Member | None = None, **fields: Any) -> Link:
    """An active link to hanako's account on the sandbox's mixi."""
    member = member or make_member("hanako")
    link = make_link(member, "mixi", uid=sandbox.mixi.account("hanako").id, **fields)
    credentials.store_credentials(link, grant(sandbox))
    return link


def planned(link: Link, text: str = "おはよう", **fields: Any) -> Delivery:
    """A post with its delivery to `link`, not tried yet."""
    post = make_post(author=link.member, text=text, **fields)
    planning.plan_deliveries(post)
    return Delivery.objects.get(post=post, link=link)


def tried(delivery: Delivery, now: Any = timezone.now, *, times: int = 1) -> Delivery:
    """The row after so many attempts, and the moment later for which mixi's links are left alone."""
    for _ in range(times):
        attempt.attempt_delivery(delivery.pk, now=now)
        Link.objects.filter(sending_by="").update(sending_until=None)
    delivery.refresh_from_db()
    return delivery


def settled(delivery: Delivery, now: Moving, *, times: int = 12) -> Delivery:
    """The row once it has come to rest, tried at its own times."""
    for _ in range(times):
        if delivery.due_at is None:
            break
        now.advance(seconds=max(1.0, (delivery.due_at - now()).total_seconds() + 1))
        delivery = tried(delivery, now)
    return delivery


def texts(sandbox: TestSandbox) -> list[str]:
    """The statuses that stand on mixi."""
    return [each.text for each in sandbox.mixi.statuses if not each.is_deleted]


def narrow(post: Post, audience: str = Audience.FRIENDS) -> None:
    """What actions.posts.change_audience does, in one transaction."""
    post.audience = audience
    post.save()
    planning.withdraw_copies(post)


def remove(post: Post) -> None:
    """What actions.posts.delete_post does."""
    post.deleted_at = timezone.now()
    post.save()
    planning.withdraw_copies(post)
