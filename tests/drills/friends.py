"""A post of somebody who is no member of the drill, on each network whose posts its members answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from syndication.sandbox.bluesky import repo
from syndication.sandbox.bluesky.network import Bluesky
from syndication.sandbox.bluesky.state import tid
from syndication.sandbox.bluesky.values import POST, iso_time
from syndication.sandbox.mixi.network import Mixi
from syndication.sandbox.mixi.rows import Status
from syndication.sandbox.mixi.seed import befriend

TEXT = "みんな元気?"


def write_for(network: Any, name: str, visibility: str, members: Iterable[str]) -> tuple[str, str]:
    """Let `name` write for readers of this width, with the members as followers or friends.

    Gives the post's id, as a caller's rows name it, and its author's.
    """
    if isinstance(network, Mixi):
        return _write_voice(network, name, visibility, members)
    graph = network.state.graph
    author = graph.named(name)
    for member in members:
        with contextlib.suppress(KeyError):
            if author.id not in graph.named(member).follows:
                graph.named(member).follows.append(author.id)
    if isinstance(network, Bluesky):
        at, key = network.state.now(), tid(network.state.now(), graph.number())
        record = {"$type": POST, "text": TEXT, "createdAt": iso_time(at)}
        post = repo.write_post(network.state, author.id, key, record, is_seeded=True)
    else:
        post = graph.write(author.id, TEXT, visibility=visibility, is_seeded=True)
    return post.id, author.id


def _write_voice(
    network: Mixi, name: str, visibility: str, members: Iterable[str]
) -> tuple[str, str]:
    state = network.state
    author = state.named(name)
    for member in members:
        with contextlib.suppress(KeyError):
            befriend(state.named(member), author)
    voice = Status(author.id, state.now(), visibility, text=TEXT, is_seeded=True)
    voice.at = state.free_second(lambda at: Status(author.id, at).id in state.statuses)
    state.statuses[voice.id] = voice
    return f"voice:{voice.id}", author.id
