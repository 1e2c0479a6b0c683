"""Notices of people: friends, groups, and what staff did with the account.

Notice.subject is the friend or the group.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.models.friendship import FriendRequest, Friendship
from accounts.models.group import Group, Membership
from accounts.models.member import Member
from accounts.models.notice import Notice
from accounts.models.notice_kinds import MailClass, NoticeKind, NoticeTopic

NAME_CUT = 16  # characters of a name
NAME_OF_GROUP_CUT = 20

FRIEND_REQUEST = "friend_request"
FRIEND_ACCEPTED = "friend_accepted"
GROUP_INVITATION = "group_invitation"
GROUP_JOINED = "group_joined"
SESSION_ENDED = "session_ended_by_staff"


def actor_of(notice: Notice) -> str:
    """The name of who did it, as the reader may know it."""
    return Truncator(notice.actor_name or "").chars(NAME_CUT)


def group_of(notice: Any) -> str:
    """The name of the group, of notices with the columns `group_columns`."""
    return Truncator(notice.group_name).chars(NAME_OF_GROUP_CUT)


def group_columns(member: Member) -> Mapping[str, Any]:
    """The group's name. For topics that only members of the group and invited ones may read."""
    return {"group_name": Subquery(Group.objects.filter(pk=OuterRef("subject")).values("name"))}


def _still_asks(member: Member) -> Q:
    asking = FriendRequest.objects.reaching().filter(asker=OuterRef("subject"), asked=member)
    return Q(Exists(asking))


def _is_friend(member: Member) -> Q:
    return Q(Exists(Friendship.objects.filter(member=member, friend=OuterRef("subject"))))


def _is_invited(member: Member) -> Q:
    invited = Membership.objects.reaching().filter(member=member, group=OuterRef("subject"))
    return Q(Exists(invited))


def _are_both_in(member: Member) -> Q:
    joined = Membership.objects.joined().filter(group=OuterRef("subject"))
    return Q(Exists(joined.filter(member=member))) & Q(
        Exists(joined.filter(member=OuterRef("actor")))
    )


KINDS = (
    NoticeKind(
        code=FRIEND_REQUEST,
        topic=NoticeTopic(readable=_still_asks),
        text=lambda notice: _("%(name)s asks to be your friend.") % {"name": actor_of(notice)},
        target=lambda notice: ("profile", (notice.actor_username,)),
        mail_subject=pgettext_lazy("subject", "A friend request"),
        mail_class=MailClass.PEOPLE,
    ),
    NoticeKind(
        code=FRIEND_ACCEPTED,
        topic=NoticeTopic(readable=_is_friend),
        text=lambda notice: _("%(name)s is your friend now.") % {"name": actor_of(notice)},
        target=lambda notice: ("profile", (notice.actor_username,)),
        mail_subject=pgettext_lazy("subject", "A new friend"),
        mail_class=MailClass.PEOPLE,
    ),
    NoticeKind(
        code=GROUP_INVITATION,
        topic=NoticeTopic(readable=_is_invited, columns=group_columns),
        text=lambda notice: (
            _("%(name)s invites you to the group %(group)s.")
            % {"name": actor_of(notice), "group": group_of(notice)}
        ),
        target=lambda notice: ("group_detail", (notice.subject,)),
        mail_subject=pgettext_lazy("subject", "Group invitation"),
        mail_class=MailClass.PEOPLE,
    ),
    NoticeKind(
        code=GROUP_JOINED,
        topic=NoticeTopic(readable=_are_both_in, columns=group_columns),
        text=lambda notice: (
            _("%(name)s, whom you invited, is in the group %(group)s now.")
            % {"name": actor_of(notice), "group": group_of(notice)}
        ),
        target=lambda notice: ("group_detail", (notice.subject,)),
        mail_subject=pgettext_lazy("subject", "New group member"),
        mail_class=MailClass.PEOPLE,
    ),
    NoticeKind(
        code=SESSION_ENDED,
        topic=NoticeTopic(readable=lambda member: Q(subject=0)),
        text=lambda notice: _("The staff ended a session of yours."),
        target=lambda notice: ("session_list", ()),
        mail_subject=pgettext_lazy("subject", "Session ended"),
        mail_class=MailClass.SECURITY,
    ),
)
