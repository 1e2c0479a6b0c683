"""Texts that GNU social carries out instead of posting them (lib/commandinterpreter.php, and two plug-ins).

The answer is 200 with the account's latest old notice, whether the command did anything or not
(actions/apistatusesupdate.php).
"""

from __future__ import annotations

import re

from syndication.sandbox.social_graph import Account, SocialGraph

_ALONE = {
    "help", "login", "subscribers", "subscriptions", "groups", "on", "off", "stop", "quit", "get", "last",
    "stats", "tracks", "tracking",
}  # fmt: skip
_WITH_ONE = {
    "lose", "on", "off", "join", "drop", "follow", "sub", "leave", "unsub", "get", "last", "repeat", "rp",
    "rt", "rd", "whois", "nudge", "invite", "track", "untrack", "fav",
}  # fmt: skip
_WITH_MORE = {"r", "reply", "list", "tag", "unlist", "untag", "d", "dm"}


def is_command(text: str) -> bool:
    """Whether the server carries `text` out."""
    word, *rest = re.sub(r"[ \t\n\r\f\v]+", " ", text.strip()).split(" ", 2)
    known = (_ALONE, _WITH_ONE, _WITH_MORE)[len(rest)]
    return word.lower() in known


def execute(graph: SocialGraph, me: Account, text: str) -> None:
    """Carry out the two that change something here: sub and unsub."""
    word, *names = text.lower().split()
    others = [each.id for each in graph.accounts.values() if each.name in names]
    if word in ("sub", "follow"):
        me.follows += [each for each in others if each not in me.follows]
    elif word in ("unsub", "leave"):
        me.follows = [each for each in me.follows if each not in others]
