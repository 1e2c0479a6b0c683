"""A member's profile: texts, picture, who sees which, and the language of pages."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.models import Audience, Birthday, Member, contained_audiences, delete_file_on_commit

TEXT_FIELDS = ("display_name", "about", "birthday", "town", "websites")
AUDIENCE_FIELDS = (*(f"{field}_audience" for field in TEXT_FIELDS), "picture_audience")


class TooWideForMinor(ValueError):
    """The birthday of a member under age is for friends at most."""


def set_profile_texts(member: Member, **texts: str) -> None:
    """Set the given TEXT_FIELDS; others stay. Another name ends the way back from an imported one."""
    changed = list(texts)
    if texts.get("display_name", member.display_name) != member.display_name:
        changed += _end_way_back(member, "display_name")
    for field, text in texts.items():
        if field not in TEXT_FIELDS:
            raise ValueError(field)
        setattr(member, field, text)
    member.save(update_fields=changed)


def check_birthday_audience(birthday: str, audience: str) -> None:
    """Raise TooWideForMinor where the birthday says a year of the last 18 and others than friends would
    see it."""
    found = Birthday.parse(birthday)
    if (
        found
        and found.is_of_minor(timezone.localdate())
        and audience not in contained_audiences(Audience.FRIENDS)
    ):
        raise TooWideForMinor(audience)


def set_profile_audiences(member: Member, audiences: dict[str, str], *, is_listed: bool) -> None:
    """Set who sees the given AUDIENCE_FIELDS; fields not in `audiences` stay. Raises TooWideForMinor."""
    if "birthday_audience" in audiences:
        check_birthday_audience(member.birthday, audiences["birthday_audience"])
    for field, audience in audiences.items():
        if field not in AUDIENCE_FIELDS:
            raise ValueError(field)
        setattr(member, field, audience)
    member.is_listed = is_listed
    member.save(update_fields=[*audiences, "is_listed"])


@transaction.atomic
def set_profile_picture(member: Member, jpeg: bytes | None, *, audience: str) -> None:
    """Set who sees the picture, and replace it where `jpeg` is given; that ends the way back from an
    imported one.

    `jpeg` is already small and holds pixels alone (accounts.media.pictures).
    """
    member.picture_audience = audience
    changed = ["picture", "picture_audience"]
    if jpeg is not None:
        changed += _drop_pictures(member)
        member.picture.save("picture.jpg", ContentFile(jpeg), save=False)
    member.save(update_fields=changed)


@transaction.atomic
def remove_profile_picture(member: Member) -> None:
    """Remove the picture, and the one before it that was kept as the way back."""
    changed = _drop_pictures(member)
    member.picture = ""
    member.save(update_fields=["picture", *changed])


@transaction.atomic
def clear_profile(member: Member) -> None:
    """Empty what the profile says and shows, as staff: the member can fill it again."""
    set_profile_texts(member, display_name="", about="")
    remove_profile_picture(member)


def _drop_pictures(member: Member) -> list[str]:
    """Delete the files of the picture and of the one before, as the row has them now. Return the fields
    to save."""
    locked = Member.objects.select_for_update(no_key=True)
    member.refresh_from_db(fields=["picture", "picture_before"], from_queryset=locked)
    delete_file_on_commit(member.picture)
    delete_file_on_commit(member.picture_before)
    return _end_way_back(member, "picture")


def _end_way_back(member: Member, field: str) -> list[str]:
    setattr(member, f"{field}_before", "")
    setattr(member, f"{field}_before_at", None)
    return [f"{field}_before", f"{field}_before_at"]


def set_member_language(member: Member, code: str, *, is_chosen: bool) -> None:
    """Store the language. `is_chosen`: by the member; else guessed from the first log-in's browser."""
    member.language = code
    member.is_language_chosen = is_chosen
    member.save(update_fields=["language", "is_language_chosen"])
