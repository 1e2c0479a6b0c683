"""Everything of the member is in the file or stays out for a reason; nothing of others; no secret."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings as product
from django.db.models import Field, Model

from accounts.models import Member
from accounts.signals import account_linked
from accounts.urlsession.models import Session
from syndication.export.parts import FILES
from syndication.export.tables import ExportTable
from syndication.models import KeptPhoto, Post, PostPhoto, SavedDraft
from tests.accounts.away import come_back, leave_by_phone
from tests.making import PASSWORD, make_member
from tests.phone import computer, log_in_phone, session_key_of
from tests.syndication.exporting import EXPORT, Got, export_of, make_everything

pytestmark = pytest.mark.django_db

SECRET = "a secret, or the hash of one"
WORKING = "what the engine works with while it works; says nothing more about the member"
KNOWN = "says what another column or table in the file says"
THEIRS = "what other people wrote or did"
CLOSED = "of an account that is being closed, and gets no file any more"
STAFF = "a matter of the site's staff"

# Tables with a way to a member that stay out, and why.
LEFT_OUT = {
    "accounts.LinkAttempt": SECRET,
    "accounts.NoticeStop": WORKING,
    "syndication.WithdrawnLike": WORKING,
    "accounts.PhoneOpener": "the phone that was let in is named in its login; others are THEIRS",
    "account.EmailConfirmation": SECRET,
    "socialaccount.SocialAccount": KNOWN,
    "socialaccount.SocialToken": SECRET,
    "syndication.Allowance": WORKING,
    "syndication.FeedItem": THEIRS,
    "syndication.LinkImport": WORKING,
    "syndication.ReportCase": STAFF,
    "syndication.ReportSnapshot": "what other people's reports keep of it, for staff; the text itself is in posts",
    "syndication.ReportPhoto": "as the snapshot",
    "syndication.RetentionHold": STAFF,
    "accounts.Member_groups": STAFF,
    "accounts.Member_user_permissions": STAFF,
    "admin.LogEntry": STAFF,
}

# Columns of tables in the file that stay out, and why.
COLUMNS_LEFT_OUT = {
    "accounts.DeviceLogin": {
        "approved_by": KNOWN, "approver_key": SECRET, "session_key": SECRET,
        "user_code_hash": SECRET, "number": SECRET, "decoys": SECRET, "expires_at": WORKING,
        "pressed_at": WORKING, "tries": WORKING, "is_acknowledged": WORKING,
    },
    "accounts.Friendship": {"member": KNOWN},
    "accounts.FriendRequest": {"is_silent": "whether the other declined: not the asker's to know"},
    "accounts.Block": {"blocker": KNOWN},
    "accounts.Group": {"owner": KNOWN},
    "accounts.Invitation": {"inviter": KNOWN, "code_hash": SECRET},
    "accounts.Member": {
        "password": SECRET, "first_name": "not used here", "last_name": "not used here",
        "is_staff": STAFF, "is_superuser": STAFF, "is_active": STAFF,
        "closing_at": CLOSED, "closed_at": CLOSED, "takes_copies_back": CLOSED,
        "notices_seen_at": WORKING, "folded_name": KNOWN, "folded_last_word": KNOWN,
    },
    "accounts.Membership": {"member": KNOWN, "is_silent": "none is in the file that says yes"},
    "accounts.Notice": {
        "member": KNOWN, "actor": THEIRS, "subject": THEIRS, "detail": THEIRS, "key": WORKING,
        "again_at": WORKING, "mail_due_at": WORKING, "mail": KNOWN,
    },
    "accounts.MailSettings": {
        "member": KNOWN, "tested_address": WORKING, "test_number": WORKING, "home_note": WORKING,
    },
    "accounts.NoticeMail": {
        "member": KNOWN, "key": WORKING, "topic_key": KNOWN, "created_at": KNOWN, "lease_until": WORKING,
        "is_hard_bounce": WORKING,
    },
    "accounts.Refusal": {"member": KNOWN},
    "accounts.Phone": {
        "member": KNOWN, "bookmark_hash": SECRET, "pin_hash": SECRET, "session_key": SECRET,
        "wrong_tries": WORKING,
    },
    "accounts.PhoneLogin": {
        "member": KNOWN, "code_hash": SECRET, "typed_hash": SECRET, "issuer_key": SECRET,
        "session_key": SECRET, "decoys": SECRET, "expires_at": WORKING, "is_acknowledged": WORKING,
    },
    "account.EmailAddress": {"user": KNOWN},
    "mfa.Authenticator": {"user": KNOWN, "data": SECRET},
    "usersessions.UserSession": {
        "user": KNOWN, "session_key": SECRET, "data": WORKING, "last_seen_at": WORKING,
    },
    "syndication.Attempt": {
        "delivery": KNOWN, "excerpt": "a raw answer, for staff; what it says is in network_words",
    },
    "syndication.CopyActivity": {
        "delivery": KNOWN,
        "link": KNOWN, "thread": WORKING, "read_replies": WORKING, "read_likes": WORKING,
        "step": WORKING, "due_at": WORKING, "has_texts": WORKING,
    },
    "syndication.RemoteReply": {"delivery": KNOWN, "link": KNOWN, "remote_id": KNOWN},
    "syndication.RemoteLike": {"delivery": KNOWN},
    "syndication.Comment": {"writer": KNOWN, "form_key": SECRET},
    "syndication.Delivery": {
        "post": KNOWN, "uploads": WORKING, "reads": WORKING, "lease_until": WORKING, "lease_owner": WORKING,
        "idempotency_key": SECRET, "sent_as": WORKING, "is_notified": WORKING, "interaction": KNOWN,
    },
    "syndication.Interaction": {"target_author_uid": KNOWN, "form_key": SECRET},
    "syndication.Like": {"member": KNOWN},
    "syndication.Report": {"reporter": KNOWN, "sealed_words": SECRET, "sealed_address": SECRET},
    "accounts.AccessRecovery": {
        "member": KNOWN, "new_address": STAFF, "asked_by": THEIRS, "agreed_by": THEIRS,
    },
    "syndication.StaffDecision": {"member": KNOWN, "by": THEIRS, "case": STAFF},
    "syndication.Objection": {},
    "syndication.Link": {
        "member": KNOWN, "account": KNOWN, "sealed_credentials": SECRET,
        "credentials_version": WORKING, "refresh_until": WORKING, "expires_at": WORKING,
        "keep_fresh_at": WORKING, "sending_until": WORKING, "sending_by": WORKING,
        "registration": WORKING, "terms": "the network's own limits", "pull_progress": WORKING,
        "fed_cursor": WORKING,
    },
    "accounts.NamedList": {"owner": KNOWN},
    "accounts.ListedFriend": {"named_list": KNOWN},
    "syndication.SavedDraft": {"member": KNOWN, "form_key": SECRET, "is_notified": WORKING,
                               "version": WORKING},
    "syndication.KeptPhoto": {"member": KNOWN, "key": SECRET},
    "syndication.NetworkFriend": {},
    "syndication.PostReader": {
        "post": KNOWN, "friendship": KNOWN, "written_at": "the time of its post",
    },
    "syndication.Post": {
        "author": KNOWN, "photo_small": KNOWN, "form_key": SECRET, "photos_version": WORKING,
    },
    "syndication.PostPhoto": {"post": KNOWN, "photo_small": KNOWN},
    "syndication.PostAddress": {
        "member": KNOWN, "local_hash": SECRET, "sealed_local": SECRET, "hour_began_at": WORKING,
        "taken": WORKING, "answered": WORKING,
    },
    "syndication.ReplyAddress": {
        "member": KNOWN, "token_hash": SECRET, "fingerprints": SECRET, "from_name": WORKING,
    },
    "syndication.Toggle": {"link": KNOWN},
    "syndication.HiddenAccount": {"link": KNOWN},
}  # fmt: skip


def all_parts() -> list[ExportTable]:
    found = [part for parts in FILES.values() for part in parts.values()]
    for part in found:
        found += part.within.values()
    return found


def of_a_member() -> set[type[Model]]:
    """Every table from which foreign keys lead to a member, over however many others."""
    found: set[type[Model]] = {Member}
    tables = [m for m in apps.get_models(include_auto_created=True) if not m._meta.proxy]
    while True:
        more = {
            model
            for model in tables
            if any(field.remote_field and field.related_model in found
                   for field in model._meta.concrete_fields)
        } - found  # fmt: skip
        if not more:
            return found
        found |= more


def test_every_table_of_a_member_is_in_the_file_or_stays_out_for_a_reason() -> None:
    exported = {part.model._meta.label for part in all_parts()}
    there = {model._meta.label for model in of_a_member()}
    assert len(there) > 25
    assert there - exported - set(LEFT_OUT) == set(), "put it into export/parts.py, or say why not"
    assert set(LEFT_OUT) <= there - exported
    assert all(LEFT_OUT.values())


def test_every_column_of_a_table_in_the_file_is_in_it_or_stays_out_for_a_reason() -> None:
    read: dict[type[Model], set[str]] = {}
    for part in all_parts():
        columns = {*part.fields, *(source.partition("__")[0] for source in part.renamed.values())}
        read.setdefault(part.model, set()).update(columns)
    assert {model._meta.label for model in read} == set(COLUMNS_LEFT_OUT)
    for model, columns in read.items():
        out = set(COLUMNS_LEFT_OUT[model._meta.label])
        there = {field.name for field in model._meta.concrete_fields}
        assert there - columns - out - {"id"} == set(), model
        assert not columns & out, model
        assert out <= there, model


def test_a_column_that_sounds_like_a_secret_is_never_read() -> None:
    secret = re.compile(r"hash|sealed|token|password|secret|session_key|_key$|nonce|lease|_mac$")
    for part in all_parts():
        for column in (*part.fields, *part.renamed.values()):
            assert not secret.search(column), (part.model, column)


def test_a_secret_column_is_not_in_any_byte() -> None:
    """Every value of a column that stays out as a secret, and the whole of the tables that do."""
    hanako = make_everything("hanako")
    got = export_of(hanako)
    secrets = {value for value in secret_values() if len(value) > 7}
    assert len(secrets) > 15
    assert {"hanako-code", "hanako-pin-hash", "hanako-idempotency"} <= secrets
    assert hanako.password in secrets
    assert not [value for value in secrets if value.encode() in got.all_bytes]
    for sealed in ("token", "totp", "local", "stash", "result"):
        opened = f"hanako-{sealed}"
        assert not re.search(rf"{opened}\b(?!-)".encode(), got.all_bytes), opened


def secret_values() -> set[str]:
    found = {row.session_key for row in Session.objects.all()}
    for model in of_a_member():
        for field in model._meta.concrete_fields:
            if is_secret(model, field):
                values = model._default_manager.values_list(field.attname, flat=True)
                found |= {str(value) for value in values if value}
    return found


def is_secret(model: type[Model], field: Field) -> bool:
    if LEFT_OUT.get(model._meta.label) == SECRET:
        return re.search(r"hash|sealed|key|mac", field.name) is not None
    return COLUMNS_LEFT_OUT.get(model._meta.label, {}).get(field.name) == SECRET


def test_what_the_network_handed_over_is_in_no_byte(sandbox) -> None:
    """A real link, made by a phone: tokens, code, state, number, the token of the session."""
    heard = []

    def listen(sender, credentials, **_) -> None:
        heard.append(credentials)

    account_linked.connect(listen)
    try:
        hanako = make_member("hanako")
        phone = log_in_phone(hanako)
        away = leave_by_phone(phone)
        come_back(phone, away)
        phone.submit("Link", take_name="on")
    finally:
        account_linked.disconnect(listen)
    phone.get(EXPORT)
    phone.submit("Get the file")
    phone.submit("Continue", password=PASSWORD)
    got = Got(phone.submit("Get the file").response.getvalue())
    assert got.json("links.json")["links"][0]["network"] == "mixi"
    [credentials] = heard
    secrets = {
        credentials["access_token"], credentials["refresh_token"], away.state, away.code,
        product.NETWORKS["mixi"]["client_secret"], phone.token, session_key_of(phone),
    }  # fmt: skip
    assert len(secrets) == 7
    assert not [secret for secret in secrets if secret.encode() in got.all_bytes]


def test_nothing_of_another_member_is_in_it_in_either_direction() -> None:
    hanako, taro = make_everything("hanako"), make_everything("taro")
    computer(taro)  # has a session, too
    for own, other in ((hanako, "taro"), (taro, "hanako")):
        got = export_of(own)
        assert own.username.encode() in got.all_bytes
        assert other.encode() not in got.all_bytes
        assert {name for name in got.names if name.startswith("photos/")} == {
            f"photos/{Post.objects.by(own).get(kind='photo').pk}.jpg",
            f"photos/more-{PostPhoto.objects.get(post__author=own).pk}.jpg",
            f"photos/mail-{SavedDraft.objects.mailed().get(member=own).pk}.jpg",
            f"photos/draft-{KeptPhoto.objects.get(member=own).pk}.jpg",
            f"photos/profile-{own.pk}.jpg",
        }


def test_what_others_wrote_and_who_shuns_the_member_is_not_in_it() -> None:
    got = export_of(make_everything("hanako"))
    for theirs in (b"hanako-fed", b"hanako-writer", b"hanako_shuns"):
        assert theirs not in got.all_bytes
    assert "theirs" in got.text("README.txt")


def test_every_list_of_the_file_has_a_row_of_a_member_who_has_everything() -> None:
    """Or the two tests above would prove nothing about it."""
    got = export_of(make_everything("hanako"))
    for file, parts in FILES.items():
        for name, part in parts.items():
            rows = got.json(file)[name]
            assert rows, name
            for inner in part.within:
                assert any(row[inner] for row in rows), inner
