"""The deletion log's entries about people: who may read and find what, and which mails are theirs.

A restored row is what it was at the backup. Here it is narrowed to what its member had made of it since: what
was only narrowed keeps its words, and what was replaced, whose new words are lost, is for its member alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actions import ways_in
from accounts.actions.profile import AUDIENCE_FIELDS, TEXT_FIELDS
from accounts.models import (
    Audience,
    Friendship,
    Group,
    Member,
    Membership,
    contained_audiences,
    delete_file_on_commit,
)
from syndication.actions import post_photos
from syndication.models import Like, Post, PostReader

Entry = dict[str, Any]

NARROWED_FIELDS = (*AUDIENCE_FIELDS, "posts_by_me")
SWITCHES = ("is_listed", "is_searchable")
PICTURES = ("picture", "picture_before")


def describe_profile(member: Member, fields: frozenset[str]) -> dict[str, Any]:
    """The entry for these saved fields: who sees what, what is off, and a keyed hash of each text."""
    return {
        **{name: str(getattr(member, name)) for name in NARROWED_FIELDS if name in fields},
        **{name: False for name in SWITCHES if name in fields and not getattr(member, name)},
        **{name: _mark(getattr(member, name)) for name in TEXT_FIELDS if name in fields},
    }


def _mark(text: str) -> str:
    """By which a text is recognised and which does not tell it. "" for none."""
    mac = salted_hmac("syndication.deletion_log", text, algorithm="sha256")
    return mac.hexdigest()[:16] if text else ""


def _narrow_profile(entry: Entry) -> bool:
    member = Member.objects.filter(pk=entry["key"]).first()
    if member is None:
        return False
    before = {name: getattr(member, name) for name in (*NARROWED_FIELDS, *SWITCHES, *TEXT_FIELDS)}
    for name in TEXT_FIELDS:
        text = getattr(member, name)
        if name not in entry or constant_time_compare(_mark(text), str(entry[name])):
            continue
        if entry[name] and text:
            setattr(member, f"{name}_audience", Audience.ONLY_ME)
        else:
            setattr(member, name, "")
    for name in NARROWED_FIELDS:
        if entry.get(name) in contained_audiences(getattr(member, name)):
            setattr(member, name, entry[name])
    for name in SWITCHES:
        setattr(member, name, getattr(member, name) and entry.get(name, True))
    changed = [name for name, value in before.items() if getattr(member, name) != value]
    if changed:
        member.save(update_fields=changed)
    return bool(changed)


def _delete_picture(entry: Entry) -> bool:
    member = Member.objects.filter(pk=entry["key"]).first()
    fields = [name for name in PICTURES if member and getattr(member, name) == entry.get("file")]
    if member is None or not fields:
        return False
    for name in fields:
        delete_file_on_commit(getattr(member, name))
        setattr(member, name, "")
    member.save(update_fields=fields)
    return True


def _delete_photo(entry: Entry) -> bool:
    post = Post.objects.filter(pk=entry["key"], deleted_at=None).first()
    return post is not None and post_photos.erase_photo(post, str(entry.get("file")))


def _end_friendship(entry: Entry) -> bool:
    pair = (entry["key"], entry.get("other"))
    rows = Friendship.objects.filter(member__in=pair, friend__in=pair)
    return bool(rows.delete()[0])


def _leave_group(entry: Entry) -> bool:
    """An owner handed the group over before leaving: to whom is not known, so that it is nobody's."""
    Group.objects.filter(pk=entry["key"], owner=entry.get("other")).update(owner=None)
    rows = Membership.objects.filter(group=entry["key"], member=entry.get("other"))
    return bool(rows.delete()[0])


def _remove_reader(entry: Entry) -> bool:
    rows = PostReader.objects.filter(post=entry["key"], reader=entry.get("other"))
    return bool(rows.delete()[0])


def _withdraw_like(entry: Entry) -> bool:
    rows = Like.objects.filter(post=entry["key"], member=entry.get("other"))
    return bool(rows.delete()[0])


def _remove_address(entry: Entry) -> bool:
    """A link for a new password went to it."""
    row = EmailAddress.objects.filter(pk=entry["key"]).first()
    if row is None:
        return False
    Member.objects.filter(pk=row.user_id, email=row.email).update(email="")
    row.delete()
    return True


def _pause_mails(entry: Entry) -> bool:
    """To a phone that was lost: to all that the member has by now, since the log holds no address."""
    member = Member.objects.filter(pk=entry["key"]).first()
    address = ways_in.count_ways_in(member).address if member else ""
    if member is None or not address:
        return False
    ways_in.pause_mails(member, address)
    return True


def _resume_mails(entry: Entry) -> bool:
    member = Member.objects.filter(pk=entry["key"]).first()
    return member is not None and ways_in.resume_mails(by=member)


REPLAYS: dict[str, Callable[[Entry], bool]] = {
    "profile": _narrow_profile,
    "picture": _delete_picture,
    "photo": _delete_photo,
    "unfriended": _end_friendship,
    "left": _leave_group,
    "unchosen": _remove_reader,
    "unliked": _withdraw_like,
    "address": _remove_address,
    "paused": _pause_mails,
    "resumed": _resume_mails,
}
