"""A member who has a row in every table, each with words of their own; and reading what they get."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.crypto import encryption
from accounts.models import (
    AccessRecovery,
    Audience,
    Block,
    DeviceLogin,
    FriendRequest,
    Group,
    Invitation,
    LinkAttempt,
    Member,
    Membership,
    NoticeMail,
    Phone,
    PhoneLogin,
    PhoneOpener,
    Refusal,
)
from syndication.models import (
    Allowance,
    Attempt,
    CopyActivity,
    Delivery,
    FeedItem,
    Interaction,
    KeptPhoto,
    Link,
    NetworkFriend,
    Objection,
    Post,
    PostAddress,
    PostKind,
    PostPhoto,
    RemoteLike,
    RemoteReply,
    ReplyAddress,
    ReportCase,
    SavedDraft,
    StaffDecision,
)
from tests.mailing import want_mails
from tests.making import (
    PASSWORD,
    befriend,
    make_chosen_post,
    make_comment,
    make_group,
    make_like,
    make_link,
    make_list,
    make_member,
    make_post,
)
from tests.noticing import make_notice
from tests.phone import computer
from tests.photographs import a_photo

EXPORT = "/account/export/"


class Got:
    """A file as a computer opens it: `names`, `text(name)`, `json(name)`, `all_bytes`."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        assert self.zip.testzip() is None
        self.names = self.zip.namelist()

    def text(self, name: str) -> str:
        return self.zip.read(name).decode("utf-8")

    def json(self, name: str) -> Any:
        return json.loads(self.zip.read(name))

    @property
    def all_bytes(self) -> bytes:
        """As it came, and every file in it unpacked, with its name."""
        files = [name.encode() + self.zip.read(name) for name in self.names]
        return b"\n".join([self.content, *files])


def after_password(member: Member, **extra: Any) -> Client:
    """A computer on which the member has just typed the password."""
    browser = computer(member, **extra)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return browser


def export_of(member: Member, **extra: Any) -> Got:
    response = after_password(member, **extra).post(EXPORT)
    assert response.status_code == 200, response
    return Got(response.getvalue())


def a_photo_file(name: str = "x.jpg") -> ContentFile[bytes]:
    return ContentFile(a_photo(), name=name)


def make_everything(word: str) -> Member:
    """A member named `word`, whose rows and columns hold words that begin with it."""
    member = make_member(word, display_name=f"{word}-shown", about=f"{word}-about")
    member.picture.save("x.jpg", a_photo_file())
    _people(member, word)
    link = _link(member, word)
    _posts(member, link, word)
    _mail(member, word)
    _devices(member, word)
    _staff(member, word)
    Authenticator.objects.create(
        user=member, type="totp", data={"secret": encryption.encrypt(f"{word}-totp")}
    )
    return member


def _staff(member: Member, word: str) -> None:
    """A report by the member, and a decision about them with their objection."""
    case = ReportCase.objects.create(
        kind="group", subject=Group.objects.get(name=f"{word}-other-group").pk, audience="group"
    )
    sealed = encryption.encrypt(f"{word}-reported")
    case.reports.create(reporter=member, reason="spam", sealed_words=sealed)
    decision = StaffDecision.objects.create(kind="warned", member=member, reason=f"{word}-rule")
    AccessRecovery.objects.create(member=member, kind="factor", asked_at=timezone.now())
    Objection.objects.create(decision=decision, text=f"{word}-objects")


def _people(member: Member, word: str) -> None:
    friend = make_member(f"{word}_friend")
    befriend(member, friend)
    make_list(member, friend, name=f"{word}-list")
    FriendRequest.objects.create(asker=member, asked=make_member(f"{word}_asked"))
    FriendRequest.objects.create(asker=make_member(f"{word}_asking"), asked=member)
    Refusal.objects.create(member=member, asker=make_member(f"{word}_refused"))
    Refusal.objects.create(member=make_member(f"{word}_refuses"), asker=member)
    Block.objects.create(blocker=member, blocked=make_member(f"{word}_blocked"))
    Block.objects.create(blocker=make_member(f"{word}_shuns"), blocked=member)
    make_group(member, name=f"{word}-group")
    other = make_group(make_member(f"{word}_owner"), name=f"{word}-other-group")
    Membership.objects.create(group=other, member=member, invited_by=other.owner)
    Group.objects.create(owner=member, name=f"{word}-closed", closed_at=timezone.now())
    Invitation.objects.create(
        inviter=member, code_hash=f"{word}-code", note=f"{word}-note", expires_at=timezone.now(),
        used_by=Member.objects.get(username=f"{word}_friend"),
    )  # fmt: skip


def _link(member: Member, word: str) -> Link:
    link = make_link(
        member, name=f"{word}-account", host=f"{word}.example", scopes=f"{word}-scope",
        profile_url=f"https://{word}.example/me", sealed_credentials=encryption.encrypt(f"{word}-token"),
        fed_cursor=f"{word}-cursor", sending_by=f"{word}-sending",
        parked_reason=f"{word}-parked",
    )  # fmt: skip
    now = timezone.now()
    NetworkFriend.objects.create(link=link, uid=f"{word}-f", name=f"{word}-pulled", seen_at=now)
    FeedItem.objects.create(
        link=link, remote_id=f"{word}-r", author_uid=f"{word}-f", written_at=now,
        author_name=f"{word}-writer", text=f"{word}-fed",
    )  # fmt: skip
    link.hidden_accounts.create(uid=f"{word}-hidden-uid", name=f"{word}-hidden")
    make_notice(member, "parked", link=link)
    want_mails(member)
    NoticeMail.objects.create(
        member=member, key=f"{word}-mail-key", mail_class="trouble", address=member.email, created_at=now
    )  # fmt: skip
    Allowance.objects.create(key=f"{word}-allow", network="mixi", link=link, since=now)
    return link


def _posts(member: Member, link: Link, word: str) -> None:
    now = timezone.now()
    photo = make_post(
        author=member, kind=PostKind.PHOTO, text=f"{word}-photo", photo_alt=f"{word}-alt",
        photo=a_photo_file(), photo_small=a_photo_file(), form_key=f"{word}-form",
    )  # fmt: skip
    PostPhoto.objects.create(post=photo, place=2, photo=a_photo_file())
    make_post(author=member, text=f"{word}-secret", audience=Audience.ONLY_ME)
    group = Group.objects.get(name=f"{word}-group")
    make_post(author=member, text=f"{word}-in-group", audience=Audience.GROUP, group=group)
    make_post(
        author=member, kind=PostKind.LINK, text=f"{word}-link", url=f"https://{word}.example/x",
        url_title=f"{word}-url-title",
    )  # fmt: skip
    make_post(author=member, kind=PostKind.NOTE, title=f"{word}-title", text=f"{word}-note-text",
              version=2, edited_at=now)  # fmt: skip
    friend = Member.objects.get(username=f"{word}_friend")
    make_chosen_post(member, friend, text=f"{word}-chosen")
    make_chosen_post(friend, member, text=f"chosen-for-{word}")
    make_post(author=member, text="", deleted_at=now)
    make_comment(photo, member, f"{word}-comment", form_key=f"{word}-comment-key")
    make_comment(photo, friend, f"comment-to-{word}")
    make_like(photo, member)
    interaction = Interaction.objects.create(
        link=link, kind="reply", target_id=f"{word}-target", target_author_name=f"{word}-answered",
        text=f"{word}-my-answer", visibility="unlisted", form_key=f"{word}-interaction-key",
    )  # fmt: skip
    Delivery.objects.create(
        interaction=interaction, link=link, operation="publish", sequence=1, state="waiting", due_at=now,
        audience="everyone", asked_at=now, idempotency_key=f"{word}-answer-idempotency",
    )  # fmt: skip
    add_delivery(photo, link, word)
    KeptPhoto.objects.create(member=member, key=f"{word}-kept-key", photo=a_photo_file())


def add_delivery(post: Post, link: Link, word: str) -> Delivery:
    now = timezone.now()
    delivery = Delivery.objects.create(
        post=post, link=link, operation="publish", sequence=1, state="sent", sent_at=now, tries=2,
        audience=post.audience, reason=f"{word}-reason", asked_at=now, remote_id=f"{word}-remote",
        remote_url=f"https://{word}.example/copy", idempotency_key=f"{word}-idempotency",
        lease_owner=f"{word}-lease", sent_as={"text": f"{word}-sent-as"},
    )  # fmt: skip
    for number in (1, 2):
        Attempt.objects.create(
            delivery=delivery, number=number, doing="publish", started_at=now, finished_at=now,
            outcome="sent", http_status=200, excerpt=f"{word}-excerpt", network_message=f"{word}-words",
        )  # fmt: skip
    CopyActivity.objects.create(
        delivery=delivery, link=link, thread=f"{word}-thread", replies=1, likes=1, looked_at=now
    )
    RemoteReply.objects.create(
        link=link, delivery=delivery, remote_id=f"{word}-reply", author_uid=f"{word}-answers",
        author_name=f"{word}-answerer", text=f"{word}-answer", url=f"https://{word}.example/reply",
        written_at=now,
    )  # fmt: skip
    RemoteLike.objects.create(delivery=delivery, uid=f"{word}-likes", name=f"{word}-liker")
    return delivery


def _mail(member: Member, word: str) -> None:
    PostAddress.objects.create(
        member=member, local_hash=f"{word}-local-hash", sealed_local=encryption.encrypt(f"{word}-local"),
        refused_reason=f"{word}-refused",
    )  # fmt: skip
    ReplyAddress.objects.create(
        member=member, post=member.posts.first(), token_hash=f"{word}-token-hash",
        mailed_to=f"{word}@phone.example", fingerprints=[f"{word}-fingerprint"],
    )  # fmt: skip
    SavedDraft.objects.create(
        member=member, form_key=f"{word}-draft-key", sender=f"{word}@phone.example",
        title=f"{word}-mail-title", text=f"{word}-mail", photo=a_photo_file(), is_mailed=True,
    )  # fmt: skip


def _devices(member: Member, word: str) -> None:
    later = timezone.now() + timedelta(minutes=2)
    UserSession.objects.create(
        user=member, ip="192.0.2.7", user_agent="w3m/0.5.3", session_key=f"{word}-user-session"
    )
    Phone.objects.create(
        member=member, device=f"{word}-phone", bookmark_hash=f"{word}-bookmark",
        pin_hash=f"{word}-pin-hash", session_key=f"{word}-phone-session",
    )  # fmt: skip
    login = PhoneLogin.objects.create(
        member=member, code_hash=f"{word}-q", typed_hash=f"{word}-typed", decoys="17 52 80",
        issuer_key=f"{word}-issuer", expires_at=later, session_key=f"{word}-login-session",
    )  # fmt: skip
    login.picked = PhoneOpener.objects.create(
        login=login, nonce_hash=f"{word}-nonce", number="31", device=f"{word}-opener"
    )
    login.save()
    DeviceLogin.objects.create(
        user_code_hash=f"{word}-user-code", device=f"{word}-computer", number="12", decoys="34 56",
        expires_at=later, approved_by=member, approver_key=f"{word}-approver",
        session_key=f"{word}-device-session",
    )  # fmt: skip
    LinkAttempt.objects.create(
        state_hash=f"{word}-state", network="mixi", member=member, is_url_mode=True,
        session_key=f"{word}-return-session", number_mac=f"{word}-mac", expires_at=later,
        sealed_stash=encryption.encrypt(f"{word}-stash"), sealed_result=encryption.encrypt(f"{word}-result"),
    )  # fmt: skip
