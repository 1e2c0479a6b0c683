"""The sandbox's Misskey answers and reacts as a server's code does (networks.md, section 11)."""

from __future__ import annotations

import pytest
import requests

from syndication.sandbox.oauth2 import Grant

PERMISSIONS = frozenset({"read:account", "write:notes", "write:reactions"})


class MisskeyCaller:
    """Somebody on the server, with a token."""

    def __init__(self, sandbox, name: str, permissions=PERMISSIONS) -> None:
        self.root, state = sandbox.root("misskey"), sandbox.misskey.state
        self.ident, self.token = state.graph.named(name).id, f"token-{name}-{len(permissions)}"
        state.tokens.give(state.tokens.access, Grant(self.ident, permissions), text=self.token)

    def ask(self, method, **fields):
        headers = {"Authorization": f"Bearer {self.token}"}
        return requests.post(f"{self.root}/api/{method}", json=fields, headers=headers, timeout=10)

    def note(self, text="x", **fields):
        answer = self.ask("notes/create", text=text, **fields)
        return answer.json()["createdNote"] if answer.ok else answer.json()["error"]["code"]

    def ids(self, method, **fields):
        return [each["id"] for each in self.ask(method, **fields).json()]


@pytest.fixture
def hanako(sandbox):
    return MisskeyCaller(sandbox, "hanako")


@pytest.fixture
def taro(sandbox):
    return MisskeyCaller(sandbox, "taro")


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("parent", "sent", "becomes"),
    [
        ("public", "public", "public"),
        ("home", "public", "home"),
        ("followers", "public", "home"),
        ("followers", "home", "home"),
        ("followers", "specified", "specified"),
        ("specified", "specified", "specified"),
    ],
)
def test_a_reply_is_narrowed_as_far_as_a_server_narrows_it(hanako, taro, parent, sent, becomes):
    there = taro.note(visibility=parent, visibleUserIds=[hanako.ident])
    made = hanako.note("re", replyId=there["id"], visibility=sent)
    assert (made["replyId"], made["visibility"]) == (there["id"], becomes)
    assert [each["id"] for each in taro.ask("notes/replies", noteId=there["id"]).json()] == [
        made["id"]
    ]


def test_a_reply_to_a_specified_note_reaches_its_author_and_no_more(sandbox, hanako, taro):
    there = taro.note(visibility="specified", visibleUserIds=[hanako.ident])
    made = hanako.note("re", replyId=there["id"], visibility="specified")
    assert made["visibleUserIds"] == [taro.ident]
    stranger = MisskeyCaller(sandbox, "yuki").ask("notes/show", noteId=made["id"]).json()
    assert (stranger["isHidden"], stranger["text"]) == (True, None)
    assert taro.ask("notes/show", noteId=made["id"]).json()["text"] == "re"


def test_what_cannot_be_answered_is_refused(sandbox, hanako, taro):
    note = taro.note()
    renote = taro.ask("notes/create", renoteId=note["id"]).json()["createdNote"]["id"]
    secret = taro.note(visibility="specified")["id"]
    direct = taro.note(visibility="specified", visibleUserIds=[hanako.ident])["id"]
    assert hanako.note(replyId="nothing") == "NO_SUCH_REPLY_TARGET"
    assert hanako.note(replyId=renote) == "CANNOT_REPLY_TO_A_PURE_RENOTE"
    assert hanako.note(replyId=secret) == "CANNOT_REPLY_TO_AN_INVISIBLE_NOTE"
    wider = "CANNOT_REPLY_TO_SPECIFIED_VISIBILITY_NOTE_WITH_EXTENDED_VISIBILITY"
    assert hanako.note(replyId=direct, visibility="followers") == wider
    sandbox.misskey.state.blocks.add((taro.ident, hanako.ident))
    assert hanako.note(replyId=note["id"]) == "YOU_HAVE_BEEN_BLOCKED"
    assert hanako.note("", replyId=note["id"]) == "CONTENT_REQUIRED"


def test_a_warning_has_up_to_100_letters(hanako):
    assert hanako.note(cw="花" * 100)["cw"] == "花" * 100
    assert hanako.note(cw="花" * 101) == "INVALID_PARAM"
    assert hanako.note(cw="") == "INVALID_PARAM"


def test_replies_are_counted_whoever_reads_them_and_go_with_their_parent(hanako, taro):
    note = hanako.note()["id"]
    wide = taro.note("a", replyId=note)["id"]
    taro.note("b", replyId=note, visibility="specified")
    below = hanako.note("c", replyId=wide)["id"]
    assert hanako.ask("notes/show", noteId=note).json()["repliesCount"] == 2
    taro.ask("notes/delete", noteId=wide)
    assert hanako.ask("notes/show", noteId=note).json()["repliesCount"] == 1
    assert refused(hanako.ask("notes/show", noteId=below)) == (400, "NO_SUCH_NOTE")
    assert hanako.ids("notes/replies", noteId="nothing") == []


def test_replies_to_others_are_listed_only_with_replies(hanako, taro):
    mine, theirs = hanako.note()["id"], taro.note()["id"]
    own_answer = hanako.note("a", replyId=mine)["id"]
    answer = hanako.note("b", replyId=theirs)["id"]
    me = {"userId": hanako.ident}
    assert hanako.ids("users/notes", **me) == [own_answer, mine]
    assert hanako.ids("users/notes", withReplies=True, **me) == [answer, own_answer, mine]
    assert hanako.ids("users/notes", withReplies=True, limit=1, **me) == [answer]


def test_a_home_timeline_leaves_out_what_friends_answer_to_others(sandbox, hanako, taro):
    yukis = MisskeyCaller(sandbox, "yuki").note()["id"]
    other = taro.note("to yuki", replyId=yukis)["id"]
    mine = taro.note("to hanako", replyId=hanako.note()["id"])["id"]
    seen = hanako.ids("notes/timeline", limit=100)
    assert mine in seen
    assert other not in seen


def test_one_reaction_of_each_which_another_replaces(hanako, taro):
    note = hanako.note()["id"]
    assert taro.ask("notes/reactions/create", noteId=note, reaction="👍").status_code == 204
    again = taro.ask("notes/reactions/create", noteId=note, reaction="👍")
    assert refused(again) == (400, "ALREADY_REACTED")
    assert taro.ask("notes/reactions/create", noteId=note, reaction="❤").status_code == 204
    shown = hanako.ask("notes/show", noteId=note).json()
    assert (shown["reactionCount"], shown["reactions"]) == (1, {"❤": 1})
    assert "myReaction" not in shown
    [row] = hanako.ask("notes/reactions", noteId=note).json()
    assert (row["type"], row["user"]["username"]) == ("❤", "taro")
    assert taro.ask("notes/reactions/delete", noteId=note).status_code == 204
    assert refused(taro.ask("notes/reactions/delete", noteId=note)) == (400, "NOT_REACTED")
    assert hanako.ask("notes/reactions", noteId=note).json() == []


def test_what_takes_no_reaction(sandbox, hanako, taro):
    note = taro.note()["id"]
    renote = taro.ask("notes/create", renoteId=note).json()["createdNote"]["id"]
    secret = taro.note(visibility="specified")["id"]

    def react(ident):
        return refused(hanako.ask("notes/reactions/create", noteId=ident, reaction="❤"))

    assert react("nothing") == (400, "NO_SUCH_NOTE")
    assert react(renote) == (400, "CANNOT_REACT_TO_RENOTE")
    assert react(secret) == (500, "INTERNAL_ERROR")
    sandbox.misskey.state.blocks.add((taro.ident, hanako.ident))
    assert react(note) == (400, "YOU_HAVE_BEEN_BLOCKED")


def test_reacting_takes_a_right_of_its_own(sandbox, hanako):
    note = hanako.note()["id"]
    narrow = MisskeyCaller(sandbox, "taro", PERMISSIONS - {"write:reactions"})
    for method in ("create", "delete"):
        answer = narrow.ask(f"notes/reactions/{method}", noteId=note, reaction="❤")
        assert refused(answer) == (403, "PERMISSION_DENIED")
