"""A member's profile: texts, picture, who sees which, and the language of pages."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import Member, delete_file_on_commit

AUDIENCE_FIELDS = ("display_name_audience", "about_audience", "picture_audience")


def set_profile_texts(member: Member, *, display_name: str, about: str) -> None:
    member.display_name = display_name
    member.about = about
    member.save(update_fields=["display_name", "about"])


def set_profile_audiences(member: Member, audiences: dict[str, str], *, is_listed: bool) -> None:
    """Set who sees the given AUDIENCE_FIELDS; fields not in `audiences` stay."""
    for field, audience in audiences.items():
        if field not in AUDIENCE_FIELDS:
            raise ValueError(field)
        setattr(member, field, audience)
    member.is_listed = is_listed
    member.save(update_fields=[*audiences, "is_listed"])


@transaction.atomic
def set_profile_picture(member: Member, jpeg: bytes | None, *, audience: str) -> None:
    """Set who sees the picture, and replace it where `jpeg` is given.

    `jpeg` is already small and holds pixels alone (accounts.media.pictures).
    """
    member.picture_audience = audience
    if jpeg is not None:
        delete_file_on_commit(member.picture)
        member.picture.save("picture.jpg", ContentFile(jpeg), save=False)
    member.save(update_fields=["picture", "picture_audience"])


@transaction.atomic
def remove_profile_picture(member: Member) -> None:
    delete_file_on_commit(member.picture)
    member.picture = ""
    member.save(update_fields=["picture"])


def set_member_language(member: Member, code: str, *, is_chosen: bool) -> None:
    """Store the language. `is_chosen`: by the member; else guessed from the first log-in's browser."""
    member.language = code
    member.is_language_chosen = is_chosen
    member.save(update_fields=["language", "is_language_chosen"])
