"""Which accounts a typed name and password stand for: what is counted, and what is looked up.

The hash of one password costs a quarter of a second of processor, so a try must cost one of them: looked up by
username and email address, or by two authentication backends, it cost two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.internal.userkit import filter_users_by_email, get_user_by_username

from accounts.actions import guesses
from accounts.mail_addresses import canonical_email


def credentials_for_one_lookup(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The username or the email address, where allauth gives both.

    Looked up by both, a member's password is hashed once more than nobody's, and the time of the answer
    tells whose email address has an account. No username has an @ in it, no address is without.
    """
    without = "username" if "@" in str(credentials.get("username", "@")) else "email"
    return {name: value for name, value in credentials.items() if name != without}


def guess_subjects(credentials: Mapping[str, Any]) -> list[str]:
    """Subjects of the accounts behind a username or email address, found as allauth finds them."""
    username = canonical_email(str(credentials.get("username") or ""))
    email = canonical_email(str(credentials.get("email") or ""))
    members = {get_user_by_username(username)} if username else set()
    for address in filter(None, (username, email)):
        members.update(filter_users_by_email(address, for_login=True))
    found = sorted(guesses.subject_of_member(member) for member in members if member is not None)
    return found or [guesses.subject_of_unknown_name(username or email)]
