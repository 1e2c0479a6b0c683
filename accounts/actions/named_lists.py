"""Named lists of friends: create, rename, change who is on them, delete.

Every verb may be pressed twice. A list is its owner's alone, and nobody is told of it.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.models import Friendship, ListedFriend, Member, NamedList, friends_to_choose
from accounts.models.member_locks import lock_members
from accounts.models.named_list import MAX_LIST_NAME_LENGTH
from accounts.models.public_text import public_line

MAX_LISTS = 20  # of one member: each is a choice on the form of a post


class NotOwnList(Exception):
    """A list is changed by its owner alone."""


class ListNameMissing(Exception):
    """Nothing of the name can be seen."""


class ListNameTaken(Exception):
    """The member has another list of that name."""


class TooManyLists(Exception):
    """The member has MAX_LISTS lists."""


def lock_with_friends(member: Member, friendships: Collection[int]) -> None:
    """Lock the member and the friends of these friendships: friends neither go nor close meanwhile."""
    theirs = Friendship.objects.filter(member=member, pk__in=friendships)
    lock_members(member.pk, *theirs.values_list("friend", flat=True))


@transaction.atomic
def create_list(name: str, friendships: Collection[int], *, by: Member) -> NamedList:
    """Create a list. Raises ListNameMissing, ListNameTaken and TooManyLists."""
    name = stored_list_name(name)
    lock_with_friends(by, friendships)
    check_new_list(name, by=by)
    named_list = NamedList.objects.create(owner=by, name=name)
    _add(named_list, friendships, by)
    return named_list


def stored_list_name(name: str) -> str:
    """Return the name as its column holds it: names are compared so. Raises ListNameMissing."""
    stored = public_line(name)[:MAX_LIST_NAME_LENGTH].strip()
    if not stored:
        raise ListNameMissing
    return stored


def check_new_list(name: str, *, by: Member) -> None:
    """Raise ListNameMissing, ListNameTaken or TooManyLists where `create_list` would."""
    name = stored_list_name(name)
    names = list(NamedList.objects.filter(owner=by).values_list("name", flat=True))
    if name in names:
        raise ListNameTaken
    if len(names) >= MAX_LISTS:
        raise TooManyLists


def find_list(name: str, friendships: Collection[int], *, by: Member) -> NamedList | None:
    """Return the member's list of this name if exactly these friends are on it: what a press made is
    found by the press that repeats it."""
    stored = public_line(name)[:MAX_LIST_NAME_LENGTH].strip()
    named_list = NamedList.objects.filter(owner=by, name=stored).first()
    if named_list is None:
        return None
    friends = friends_to_choose(by).filter(pk__in=friendships).values_list("pk", flat=True)
    listed = named_list.listed.values_list("friendship", flat=True)
    return named_list if set(friends) == set(listed) else None


@transaction.atomic
def rename_list(named_list: NamedList, name: str, *, by: Member) -> None:
    """Rename a list. Raises ListNameMissing and ListNameTaken."""
    _must_own(named_list, by)
    name = stored_list_name(name)
    lock_with_friends(by, ())
    if NamedList.objects.filter(owner=by, name=name).exclude(pk=named_list.pk).exists():
        raise ListNameTaken
    NamedList.objects.filter(pk=named_list.pk).update(name=name)


@transaction.atomic
def change_list(named_list: NamedList, friendships: Collection[int], *, by: Member) -> None:
    """Make these friends the people on the list. Posts that were written for it keep their readers."""
    _must_own(named_list, by)
    lock_with_friends(by, friendships)
    if not NamedList.objects.filter(pk=named_list.pk).exists():
        return
    ListedFriend.objects.filter(named_list=named_list).exclude(
        friendship__in=list(friendships)
    ).delete()
    _add(named_list, friendships, by)


@transaction.atomic
def delete_list(named_list: NamedList, *, by: Member) -> None:
    """Delete a list. Posts that were written for it keep their readers."""
    _must_own(named_list, by)
    lock_with_friends(by, ())  # nobody is put on it meanwhile
    NamedList.objects.filter(pk=named_list.pk).delete()


def strike_from_lists(member: Member) -> None:
    """Take the member off all lists, since their account closes."""
    ListedFriend.objects.filter(friendship__friend=member).delete()


def _add(named_list: NamedList, friendships: Collection[int], by: Member) -> None:
    friends = friends_to_choose(by).filter(pk__in=friendships).values_list("pk", flat=True)
    ListedFriend.objects.bulk_create(
        [ListedFriend(named_list=named_list, friendship_id=pk) for pk in friends],
        ignore_conflicts=True,
    )


def _must_own(named_list: NamedList, by: Member) -> None:
    if named_list.owner_id != by.pk:
        raise NotOwnList
