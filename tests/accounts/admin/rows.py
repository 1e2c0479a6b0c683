"""One row of everything, with secrets and private words in it, for the tests of admin.

`SECRETS` is what no page of staff may hold, whoever looks.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group as StaffGroup
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    Announcement,
    DeviceLogin,
    FriendRequest,
    Invitation,
    Member,
    Membership,
    Phone,
    PhoneLogin,
    PhoneOpener,
    ServerRegistration,
)
from accounts.urlsession.models import OutTicket
from syndication.models import (
    Attempt,
    CopyActivity,
    Delivery,
    FeedItem,
    Heartbeat,
    HostHealth,
    ImportPause,
    NetworkFriend,
    NetworkSwitch,
    Objection,
    Post,
    PostAddress,
    RemoteReply,
    ReportCase,
    RetentionHold,
    SavedDraft,
    ServerTraits,
    StaffDecision,
)
from tests.making import (
    allow,
    befriend,
    make_comment,
    make_group,
    make_like,
    make_link,
    make_member,
    make_post,
)
from tests.noticing import make_notice

OPEN_WORDS = "OPEN-WORDS-OF-A-POST"
SECRETS = [
    *("PRIVATE-TEXT", "PRIVATE-TITLE", "PRIVATE-ALT", "private-url.example", "PRIVATE-ANSWER"),
    *("PRIVATE-WORDS-AS-THEY-LEFT", "PRIVATE-COPY", "PRIVATE-ABOUT", "PRIVATE-NAME"),
    *("PRIVATE-TOWN", "PRIVATE-SITE"),
    *("SEALED-TOKEN", "SESSION-KEY", "ISSUER-KEY", "PHONE-KEY", "CODE-HASH", "TYPED-HASH"),
    *("NONCE-HASH", "PIN-HASH", "BOOKMARK-HASH", "USER-CODE", "APPROVER-KEY", "INVITE-HASH"),
    *("INVITE-NOTE", "TOTP-SEED", "SOCIAL-TOKEN", "CLIENT-SECRET", "FEED-WORDS", "PULLED-FRIEND"),
    *("SEALED-ADDRESS", "ADDRESS-HASH", "MAILED-TITLE", "MAILED-WORDS", "mailed-by@example.jp"),
    *("PRIVATE-COMMENT", "SEALED-REPORT", "SEALED-SNAPSHOT"),
    *("path-of-a-way-out", "TICKETTICKET", "HANDSET-SERIAL", "PASSWORD-HASH"),
]


def make_rows() -> Member:
    """The rows; hanako, whose they are, is given back."""
    hanako = make_member(
        "hanako",
        display_name="PRIVATE-NAME",
        display_name_audience="friends",
        about="PRIVATE-ABOUT",
        about_audience="only_me",
        town="PRIVATE-TOWN",
        websites="https://private.example/PRIVATE-SITE",
    )
    Member.objects.filter(pk=hanako.pk).update(password="PASSWORD-HASH")
    taro = make_member("taro")
    befriend(hanako, taro)
    FriendRequest.objects.create(asker=make_member("yuki"), asked=hanako)
    group = make_group(hanako, name="Choir")
    Membership.objects.create(group=group, member=taro, invited_by=hanako)
    _entering(hanako)
    _syndication(hanako)
    _mail(hanako)
    _reports(hanako, taro)
    Invitation.objects.create(
        inviter=hanako, code_hash="INVITE-HASH", note="INVITE-NOTE", expires_at=_soon()
    )
    Announcement.objects.create(text_ja="工事", text_en="Works", until=_soon())
    OutTicket.objects.create(
        ticket="TICKETTICKETTICKETTICK",
        url="https://out.example/path-of-a-way-out",
        expires_at=_soon(),
    )
    Authenticator.objects.create(user=hanako, type="totp", data={"secret": "TOTP-SEED"})
    app = SocialApp.objects.create(provider="mixi", name="mixi", secret="CLIENT-SECRET")
    account = hanako.socialaccount_set.get()
    SocialToken.objects.create(app=app, account=account, token="SOCIAL-TOKEN")
    hanako.refresh_from_db()
    return hanako


def address(model: type[Model], page: str, *args: object) -> str:
    """Of a page of admin: "changelist", "change", "history", "add", "delete"."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def make_staff(name: str, group: str) -> Member:
    member = make_member(name, is_staff=True)
    member.groups.add(StaffGroup.objects.get(name=group))
    return member


def _entering(hanako: Member) -> None:
    UserSession.objects.create(
        user=hanako,
        ip="192.0.2.7",
        user_agent="DoCoMo/2.0 N906i(c100;TB;W24H16;serHANDSET-SERIAL)",
        session_key="SESSION-KEY-0123456789",
    )
    ServerRegistration.objects.create(
        network="mastodon", host="m.example", sealed_details="SEALED-TOKEN-OF-OURS"
    )
    login = PhoneLogin.objects.create(
        member=hanako,
        code_hash="CODE-HASH",
        typed_hash="TYPED-HASH",
        decoys="10 20 30",
        issuer_key="ISSUER-KEY",
        session_key="PHONE-KEY",
        expires_at=_soon(),
        used_at=timezone.now(),
    )
    login.picked = PhoneOpener.objects.create(
        login=login, nonce_hash="NONCE-HASH", number="42", device="docomo N906i"
    )
    login.save()
    Phone.objects.create(
        member=hanako,
        device="docomo N906i",
        bookmark_hash="BOOKMARK-HASH",
        pin_hash="PIN-HASH",
        session_key="PHONE-KEY",
    )
    DeviceLogin.objects.create(
        user_code_hash="USER-CODE",
        device="Firefox",
        number="42",
        decoys="10 20",
        expires_at=_soon(),
        approved_by=hanako,
        approver_key="APPROVER-KEY",
    )


def _reports(hanako: Member, taro: Member) -> None:
    """A case about the private post, with a decision and an objection."""
    case = ReportCase.objects.create(
        kind="post",
        subject=Post.objects.get(audience="friends").pk,
        owner=hanako,
        audience="friends",
        report_count=1,
        waiting_since=timezone.now(),
    )
    case.reports.create(reporter=taro, reason="spam", sealed_words="SEALED-REPORT")
    case.snapshots.create(sealed_content="SEALED-SNAPSHOT")
    decision = StaffDecision.objects.create(
        kind="hidden", case=case, member=hanako, by=taro, reason="rule 3"
    )
    RetentionHold.objects.create(member=hanako, until=_soon())
    Objection.objects.create(decision=decision, text="No rule says so.")


def _mail(hanako: Member) -> None:
    PostAddress.objects.create(
        member=hanako, local_hash="ADDRESS-HASH", sealed_local="SEALED-ADDRESS"
    )
    SavedDraft.objects.create(
        member=hanako,
        form_key="d" * 32,
        sender="mailed-by@example.jp",
        title="MAILED-TITLE",
        text="MAILED-WORDS",
    )


def _syndication(hanako: Member) -> None:
    link = make_link(
        hanako, name="zaki", sealed_credentials="SEALED-TOKEN", scopes="r_voice w_voice w_diary"
    )
    for kind, audience in [("note", "friends"), ("status", "everyone")]:
        allow(link, kind, audience)
    private = make_post(
        author=hanako,
        kind="note",
        audience="friends",
        text="PRIVATE-TEXT",
        title="PRIVATE-TITLE",
        url="https://private-url.example/",
        photo_alt="PRIVATE-ALT",
    )
    public = make_post(author=hanako, text=OPEN_WORDS)
    make_comment(private, hanako, "PRIVATE-COMMENT")
    make_comment(public, hanako, "OPEN-COMMENT")
    make_like(public, hanako)
    for number, post in enumerate([private, public]):
        copy = _delivery(link, post, number)
        CopyActivity.objects.create(delivery=copy, link=link, replies=1)
        came = {"remote_id": f"c{number}", "author_uid": "2", "author_name": "PULLED-FRIEND"}
        RemoteReply.objects.create(
            link=link, delivery=copy, text="FEED-WORDS", written_at=timezone.now(), **came
        )
    FeedItem.objects.create(
        link=link,
        remote_id="1",
        author_uid="2",
        author_name="PULLED-FRIEND",
        text="FEED-WORDS",
        written_at=timezone.now(),
    )
    NetworkFriend.objects.create(link=link, uid="2", name="PULLED-FRIEND", seen_at=timezone.now())
    make_notice(hanako, "parked", link=link)
    NetworkSwitch.objects.create(network="mixi")
    HostHealth.objects.create(host="api.example")
    ImportPause.objects.create(since=timezone.now())
    ServerTraits.objects.create(host="takahe.example", counts_code_points=True)
    Heartbeat.objects.create(part="task", beat_at=timezone.now())


def _delivery(link: object, post: Post, number: int) -> Delivery:
    is_open = post.audience == "everyone"
    delivery = Delivery.objects.create(
        post=post,
        link=link,
        operation="publish",
        sequence=1,
        state="failed",
        audience=post.audience,
        reason="refused",
        network_message="OPEN-ANSWER" if is_open else "PRIVATE-ANSWER",
        asked_at=timezone.now(),
        idempotency_key=f"key-{number}",
        remote_url="" if is_open else "https://mixi.example/PRIVATE-COPY",
        sent_as={} if is_open else {"text": "PRIVATE-WORDS-AS-THEY-LEFT"},
    )
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        doing="publish",
        started_at=timezone.now(),
        outcome="rejected",
        http_status=400,
        excerpt="OPEN-ANSWER" if is_open else "PRIVATE-ANSWER",
        network_message="OPEN-ANSWER" if is_open else "PRIVATE-ANSWER",
    )
    return delivery


def _soon() -> object:
    return timezone.now() + timedelta(hours=1)
