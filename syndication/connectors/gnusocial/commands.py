"""Texts that a GNU social server would carry out instead of posting them.

"join us" subscribes the account to the group "us", "stop" turns its notifications off, and the answer is 200
with an old notice (actions/apistatusesupdate.php, lib/commandinterpreter.php). Such a text is refused
beforehand. Sending it with a dot or an address beside it was weighed and lost: whoever wrote "stop" would
find ". stop" under the own name, and with more words behind it "r" and "tag" are commands all the same.
"""

from __future__ import annotations

import re

# By the number of words behind the command: some forms of older servers and of plug-ins are among them.
ALONE = {
    "help", "login", "subscribers", "subscriptions", "groups", "on", "off", "stop", "quit", "get",
    "last", "stats", "tracks", "tracking",
}  # fmt: skip
WITH_ONE = {
    "lose", "on", "off", "join", "drop", "follow", "sub", "leave", "unsub", "unfollow", "get", "last",
    "repeat", "rp", "rt", "rd", "whois", "nudge", "invite", "track", "untrack", "fav",
}  # fmt: skip
WITH_MORE = {"r", "reply", "list", "tag", "unlist", "untag", "d", "dm"}
_BLANKS = re.compile(r"[ \t\n\r\f\v]+")  # as PHP's \s: no wider ones


def is_command(text: str) -> bool:
    """Whether a server would carry `text` out."""
    word, *rest = _BLANKS.split(text.strip(" \t\n\r\f\v"), maxsplit=2)
    return word.lower() in (ALONE, WITH_ONE, WITH_MORE)[len(rest)]
