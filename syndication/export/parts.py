"""The tables and columns of the export.

A column that is not named is not read. tests/syndication/test_export_whole.py has the reason for each
column and table that stays out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from accounts.models import (
    DeviceLogin,
    Friendship,
    MailSettings,
    Member,
    Notice,
    NoticeMail,
    Phone,
    PhoneLogin,
)
from accounts.public_urls import public_url
from accounts.urlsession.api import device_label
from syndication.connectors.content import CONTENT, PHOTO_ALTS
from syndication.export.people import PEOPLE_FILES
from syndication.export.staff import STAFF_FILES
from syndication.export.tables import ExportPhotos, ExportTable, Row
from syndication.models import (
    Attempt,
    Comment,
    CopyActivity,
    Delivery,
    HiddenAccount,
    Interaction,
    KeptPhoto,
    Like,
    Link,
    NetworkFriend,
    Post,
    PostAddress,
    PostPhoto,
    PostReader,
    RemoteLike,
    RemoteReply,
    ReplyAddress,
    SavedDraft,
    Toggle,
)
from syndication.models.reason_texts import sentence

POST_PHOTOS = ExportPhotos(Post, "author", "photo", "")
MORE_PHOTOS = ExportPhotos(PostPhoto, "post__author", "photo", "more-")
MAIL_PHOTOS = ExportPhotos(SavedDraft, "member", "photo", "mail-")
PICTURE = ExportPhotos(Member, "pk", "picture", "profile-")
PICTURE_BEFORE = ExportPhotos(Member, "pk", "picture_before", "profile-before-")
KEPT_PHOTOS = ExportPhotos(KeptPhoto, "member", "photo", "draft-")
PHOTOS = (PICTURE, PICTURE_BEFORE, POST_PHOTOS, MORE_PHOTOS, MAIL_PHOTOS, KEPT_PHOTOS)


def photo_file_name(photos: ExportPhotos, pk: int) -> str:
    """The name in the file: of a number alone, so nothing that was typed or uploaded gets in."""
    return f"photos/{photos.prefix}{pk:d}.jpg"


def _naming(photos: ExportPhotos) -> Callable[[Row], None]:
    def name_photo(row: Row) -> None:
        row[photos.column] = photo_file_name(photos, row["id"]) if row[photos.column] else ""

    return name_photo


def _with_sentence(column: str) -> Callable[[Row], None]:
    def say(row: Row) -> None:  # the sentence in the place of a reason's code
        row[column] = sentence(row[column])

    return say


def _finish_member(row: Row) -> None:
    _naming(PICTURE)(row)
    _naming(PICTURE_BEFORE)(row)


def _finish_post(row: Row) -> None:
    _naming(POST_PHOTOS)(row)
    row["address"] = public_url("post_detail", row["id"]) if row["deleted_at"] is None else ""


def _finish_draft(row: Row) -> None:
    _naming(MAIL_PHOTOS)(
        row
    )  # who was struck off since stands under no name: the friendship is gone
    chosen = Friendship.objects.filter(pk__in=row.pop("people")).order_by("pk")
    row["chosen_people"] = list(chosen.values_list("friend__username", flat=True))


def _finish_address(row: Row) -> None:
    row["refused_reason"] = sentence(row["refused_reason"], row.pop("refused_params"))


_ATTEMPT = ExportTable(
    Attempt,
    "delivery",
    ("number", "doing", "version", "started_at", "finished_at", "outcome", "http_status", "reason"),
    {"network_words": "network_message"},
    finish=_with_sentence("reason"),
)
# What came back for a copy.
_ACTIVITY = ExportTable(CopyActivity, "delivery", ("replies", "likes", "looked_at"))
_REPLY = ExportTable(
    RemoteReply,
    "delivery",
    (
        *("author_uid", "author_name", "author_handle", "text", "attached", "url"),
        *("visibility", "is_hidden", "written_at", "created_at"),
    ),
)
_LIKER = ExportTable(RemoteLike, "delivery", ("uid", "name", "created_at"))
_DELIVERY = ExportTable(
    Delivery,
    "post",
    (
        *("id", "link", "sequence", "state", "reason", "audience", "version"),
        *("tries", "is_manual", "is_correction"),
        *("created_at", "asked_at", "due_at", "first_sent_at", "sent_at"),
        *("remote_deleted_at", "changed_at", "remote_id"),
    ),
    {
        **{"network": "link__network", "link_name": "link__name", "copy_address": "remote_url"},
        "kind": "operation",
        "network_words": "network_message",
    },
    {"attempts": _ATTEMPT, "counts": _ACTIVITY, "replies": _REPLY, "liked_by": _LIKER},
    _with_sentence("reason"),
)
_INTERACTION = ExportTable(
    Interaction,
    "link__member",
    (
        *("id", "kind", "target_id", "target_author_name", "target_excerpt", "target_url", "text"),
        *("warning", "visibility", "created_at", "deleted_at"),
    ),
    {"network": "link__network", "link_name": "link__name"},
    {"deliveries": replace(_DELIVERY, owner="interaction")},
)
_POST = ExportTable(
    Post,
    "author",
    (
        *("id", "kind", *CONTENT, "photo", "audience"),
        *("group", "created_at", "version", "edited_at"),
        *("comments_closed_at", "deleted_at", "hidden_at"),
        "is_without_replies",
        "chosen_at",
        "chosen_before_at",
    ),
    {"group_name": "group__name"},
    {
        "chosen_people": ExportTable(PostReader, "post", (), {"name": "reader__username"}),
        "more_photos": ExportTable(
            PostPhoto, "post", ("id", "place", "photo"), finish=_naming(MORE_PHOTOS)
        ),
        "deliveries": _DELIVERY,
    },
    _finish_post,
)
_LINK = ExportTable(
    Link,
    "member",
    (
        *("id", "network", "host", "uid", "name", "profile_url", "state", "parked_at"),
        *("parked_reason", "scopes", "is_findable", "is_mentionable", "handle"),
        *("follows_approved", "always_permalink"),
        *("never_permalink", "pulled_at", "fed_at", "created_at", "ended_at"),
        *("brings_replies", "display_name", "picture_url", "profile_read_at"),
    ),
    within={
        "toggles": ExportTable(Toggle, "link", ("kind", "audience", "is_on")),
        "hidden_accounts": ExportTable(HiddenAccount, "link", ("uid", "name", "created_at")),
    },
    finish=_with_sentence("parked_reason"),
)

MEMBER = ExportTable(
    Member,
    "pk",
    (
        *("id", "username", "email", "display_name", "display_name_audience"),
        *("about", "about_audience", "picture", "picture_audience"),
        *("birthday", "birthday_audience", "town", "town_audience"),
        *("websites", "websites_audience", "is_listed", "is_searchable"),
        *("display_name_before", "display_name_before_at", "picture_before", "picture_before_at"),
        *("posts_by_me", "posts_by_me_before", "language", "is_language_chosen", "home_shows"),
        *("answers_by_mail", "pictures_on", "commenters", "group_commenters", "last_login"),
        *("mailed_links_ended_at", "suspended_at", "terms_agreed_at", "recovery_asked_at"),
    ),
    {"joined_at": "date_joined"},
    {
        "mail_addresses": ExportTable(EmailAddress, "user", ("email", "verified", "primary")),
        "two_step": ExportTable(Authenticator, "user", ("type", "created_at", "last_used_at")),
    },
    _finish_member,
)

# Each file, and the lists in it.
FILES: dict[str, dict[str, ExportTable]] = {
    "member.json": {"member": MEMBER},
    "posts.json": {"posts": _POST},
    "links.json": {
        "links": _LINK,
        "network_friends": ExportTable(
            NetworkFriend,
            "link__member",
            ("link", "uid", "name", "profile_url", "seen_at"),
            {"network": "link__network"},
        ),
    },
    **PEOPLE_FILES,
    "comments.json": {
        "comments": ExportTable(
            Comment, "writer", ("post", "text", "is_by_mail", "created_at", "hidden_at")
        ),
        "likes": ExportTable(Like, "member", ("post", "created_at")),
        "on_networks": _INTERACTION,
    },
    "notices.json": {
        "notices": ExportTable(Notice, "member", ("code", "params", "created_at", "mailed_at")),
        "mail_settings": ExportTable(
            MailSettings,
            "member",
            (
                *("people", "likes", "trouble", "is_without_words", "is_jis", "time_zone"),
                *("works_address", "stopped_address", "lost_address"),
            ),
        ),
        "mails": ExportTable(
            NoticeMail, "member", ("mail_class", "address", "state", "sent_at", "bounced_at")
        ),
    },
    **STAFF_FILES,
    "mail.json": {
        "addresses": ExportTable(
            PostAddress,
            "member",
            (
                *("created_at", "ended_at", "came_at"),
                *("refused_at", "refused_reason", "refused_params"),
            ),
            finish=_finish_address,
        ),
        "reply_addresses": ExportTable(
            ReplyAddress, "member", ("post", "mailed_to", "created_at", "used_at")
        ),
        "drafts": ExportTable(
            SavedDraft,
            "member",
            (
                *("id", "is_mailed", "sender", "is_answer", "post", "kept_kind"),
                *("title", "text", "url", *PHOTO_ALTS, "warning", "language"),
                *("audience", "people", "list_name", "without_links"),
                *("photo", "left_out", "is_cut", "created_at"),
            ),
            finish=_finish_draft,
        ),
        "draft_photos": ExportTable(
            KeptPhoto,
            "member",
            ("id", "draft", "place", "photo", "created_at"),
            finish=_naming(KEPT_PHOTOS),
        ),
    },
    "devices.json": {
        "sessions": ExportTable(
            UserSession,
            "user",
            ("created_at", "ip"),
            {"device": "user_agent"},
            finish=lambda row: row.update(device=device_label(row["device"])),
        ),
        "phones": ExportTable(
            Phone, "member", ("device", "created_at", "last_used_at", "ended_at")
        ),
        "phone_logins": ExportTable(
            PhoneLogin,
            "member",
            ("created_at", "used_at", "ended_at", "end_reason"),
            {"device": "picked__device"},
        ),
        "computers": ExportTable(
            DeviceLogin,
            "approved_by",
            ("device", "address", "created_at", "approved_at", "used_at", "ended_at", "end_reason"),
        ),
    },
}
