"""The kinds of notices: for each code, who may still read it, its text, and where it leads.

Apps register theirs in AppConfig.ready, so accounts needs to know nothing of posts or links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, TextChoices

if TYPE_CHECKING:
    from accounts.models.member import Member
    from accounts.models.notice import Notice


class MailClass(TextChoices):
    """What a member chooses mails by. Of security a mail always goes."""

    PEOPLE = "people"
    LIKES = "likes"  # and what networks report
    TROUBLE = "trouble"  # with sending
    SECURITY = "security"


@dataclass(frozen=True)
class NoticeTopic:
    """What notices of some codes are about.

    `readable` is the condition under which `member` may still read it, asked of rows of Notice, and
    `columns` what their texts need to know of it: expressions, read by the same query.
    """

    readable: Callable[[Member], Q]
    columns: Callable[[Member], Mapping[str, Any]] = lambda member: {}


@dataclass(frozen=True)
class NoticeKind:
    """How notices of one code are read. Without `mail_class` they are shown on the page alone.

    A mail says `mail_text` (`text` unless given) and, apart, the `words` that somebody wrote.
    """

    code: str
    topic: NoticeTopic
    text: Callable[[Notice], str]  # in the active language
    target: Callable[[Notice], tuple[str, tuple[Any, ...]]]  # URL name and arguments
    mail_subject: Any = ""  # lazy, without the site's name
    mail_class: MailClass | None = None
    can_be_stopped: bool = False  # by its reader, for one subject
    mail_text: Callable[[Notice], str] | None = None
    words: Callable[[Notice], str] = lambda notice: ""
    is_kept_from_staff: bool = False  # that there is one would tell who did something


NOTICE_KINDS: dict[str, NoticeKind] = {}


def register_notice_kinds(*kinds: NoticeKind) -> None:
    NOTICE_KINDS.update({kind.code: kind for kind in kinds})


def codes_by_topic() -> Mapping[NoticeTopic, list[str]]:
    """The registered codes of each topic."""
    found: dict[NoticeTopic, list[str]] = defaultdict(list)
    for kind in NOTICE_KINDS.values():
        found[kind.topic].append(kind.code)
    return found


def codes_of_mail_classes(classes: Collection[MailClass]) -> list[str]:
    return [kind.code for kind in NOTICE_KINDS.values() if kind.mail_class in classes]


def codes_kept_from_staff() -> list[str]:
    return [kind.code for kind in NOTICE_KINDS.values() if kind.is_kept_from_staff]


def stoppable_codes() -> list[str]:
    return [kind.code for kind in NOTICE_KINDS.values() if kind.can_be_stopped]
