"""Quotas: how much one member, one network, or everybody together may make in one window.

A stranger who signs up is a stranger still, so what a member makes is bounded as well. The counts
stand in the rows of accounts.actions.guesses, which no cache loses and the sweeper deletes. A quota
is spent in the transaction that makes the thing, so what fails costs nothing.

Windows are fixed, so two days hold twice the day's quota, and a moment between them as much. A
sliding window would need a row for each thing that was made and taken back.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.actions import guesses
from accounts.actions.guesses import (
    Limit,
    subject_of_email,
    subject_of_member,
    subject_of_network,
)
from accounts.models import Member

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERYBODY = "everybody"

# Accounts. A carrier's gateway is one network for all its phones: who was invited counts apart.
SIGN_UPS_AN_HOUR = Limit("sign-ups an hour", most=20, window=HOUR)  # of one network
SIGN_UPS_A_DAY = Limit("sign-ups a day", most=50, window=DAY)
SIGN_UPS_IN_ALL = Limit("sign-ups in all", most=5000, window=DAY)
INVITED = Limit("invited sign-ups", most=20, window=DAY)  # by one member
INVITED_IN_ALL = Limit("invited sign-ups in all", most=5000, window=DAY)
STRANGER_FOR = (
    DAY  # so long a new account invites as a stranger, else one invites the next, and writes as one
)

# What one member says about posts.
COMMENTS = Limit("comments", most=100, window=HOUR)
COMMENT_PACE = Limit("comment pace", most=1, window=timedelta(seconds=5))
ANSWER_MAILS = Limit("mails about answers", most=6, window=HOUR)  # that one waits as a draft
REPLIES = Limit("replies on networks", most=100, window=HOUR)
REPLY_PACE = Limit("reply pace", most=1, window=timedelta(seconds=5))
REPORTS = Limit("reports", most=20, window=DAY)
CONTACTS = Limit("messages to staff", most=10, window=HOUR)  # of one network
CONTACTS_IN_ALL = Limit("messages to staff in all", most=1000, window=DAY)  # of strangers
MEMBER_CONTACTS = Limit("messages to staff by a member", most=10, window=DAY)
CONTACT_ANSWERS = Limit("answers to an outsider", most=5, window=DAY)  # to one address
OBJECTIONS = Limit("objections", most=20, window=DAY)
LIKES = Limit("likes", most=300, window=HOUR)

# Pictures that one member imports from networks: each is fetched from a host that a server named.
IMPORTED_PICTURES = Limit("imported pictures", most=20, window=HOUR)

# Mails about notices. Carriers turn away who sends much at once, each by its own domain.
MAILS_TO_A_DOMAIN = Limit("mails to a domain", most=60, window=timedelta(minutes=1))
TEST_MAILS = Limit("test mails", most=6, window=HOUR)  # by one member, to their confirmed address

# Mails that say "no member has this address" to whoever owns it. They stay, for members who forgot which
# address they gave, and since an answer that sends no mail is faster and tells whose address has an account.
STRANGER_MAILS_IN_ALL = Limit("mails to strangers in all", most=200, window=DAY)
STRANGER_MAILS = Limit("mails to strangers", most=20, window=DAY)  # asked for from one network
STRANGER_MAIL = Limit("mail to a stranger", most=1, window=DAY)  # to one address

# What one member does in an hour or makes in a day.
SEARCHES = Limit("searches", most=30, window=HOUR)  # for members, each page of what was found
FRIEND_REQUESTS = Limit("friend requests", most=20, window=DAY)
GROUP_INVITATIONS = Limit("group invitations", most=50, window=DAY)  # of friends alone
GROUPS = Limit("groups", most=20, window=DAY)
MAIL_ADDRESSES = Limit("mail addresses", most=10, window=DAY)  # each is sent a mail
POSTS = Limit("posts", most=600, window=DAY)  # and edits, which are sent on as posts are
PHOTO_BYTES = Limit("photo bytes", most=200_000_000, window=DAY)


class QuotaUsedUp(Exception):
    """Nothing is left of `quota` in this window."""

    def __init__(self, quota: Limit) -> None:
        super().__init__(quota.name)
        self.quota = quota


def spend_quota(quota: Limit, account: str, amount: int = 1) -> None:
    """Raises QuotaUsedUp where less than `amount` is left."""
    try:
        guesses.claim_guess(quota, [account], amount)
    except guesses.TooManyGuesses:
        raise QuotaUsedUp(quota) from None


def spend_member_quota(member: Member, quota: Limit, amount: int = 1) -> None:
    """The same for a member's own quota."""
    spend_quota(quota, subject_of_member(member), amount)


def spend_sign_up(address: str, *, inviter: Member | None) -> None:
    """One account for whoever comes from `address`, by an invitation of `inviter` if there is one.

    Raises QuotaUsedUp; what was spent before the quota that refuses is given back.
    """
    if inviter is not None and not _is_stranger(inviter):
        try:
            return _spend_together(
                [(INVITED, subject_of_member(inviter)), (INVITED_IN_ALL, EVERYBODY)]
            )
        except QuotaUsedUp:  # as anybody else
            pass
    network = subject_of_network(address)
    return _spend_together(
        [
            (SIGN_UPS_AN_HOUR, network),
            (SIGN_UPS_A_DAY, network),
            (SIGN_UPS_IN_ALL, EVERYBODY),
        ]
    )


def spend_stranger_mail(email: str, *, address: str) -> None:
    """One mail to `email`, which no member has, for whoever asks from `address`. Raises QuotaUsedUp.

    The address comes last: only so many rows for addresses begin in a day.
    """
    return _spend_together(
        [
            (STRANGER_MAILS_IN_ALL, EVERYBODY),
            (STRANGER_MAILS, subject_of_network(address)),
            (STRANGER_MAIL, subject_of_email(email)),
        ]
    )


def spend_contact(address: str, *, by: Member | None) -> None:
    """One message to staff by whoever comes from `address`, logged in as `by` if at all. Raises QuotaUsedUp.

    Strangers share a bound for the whole site, and a hundred networks can use it up: members have their own.
    """
    if by is not None and not _is_stranger(by):
        return spend_member_quota(by, MEMBER_CONTACTS)
    return _spend_together([(CONTACTS_IN_ALL, EVERYBODY), (CONTACTS, subject_of_network(address))])


def may_answer_outsider(email: str) -> bool:
    """Whether one more mail may go to an address that somebody left on the contact page; counts it."""
    try:
        spend_quota(CONTACT_ANSWERS, subject_of_email(email))
    except QuotaUsedUp:
        return False
    return True


def _is_stranger(member: Member) -> bool:
    return member.date_joined > timezone.now() - STRANGER_FOR


def _spend_together(wanted: list[tuple[Limit, str]]) -> None:
    for number, (quota, account) in enumerate(wanted):
        try:
            spend_quota(quota, account)
        except QuotaUsedUp:
            for earlier, its_account in wanted[:number]:
                guesses.refund_guess(earlier, [its_account])
            raise
