"""Updates: what people did, as activity streams."""

from __future__ import annotations

from itertools import chain
from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.diary import diary_url
from syndication.sandbox.mixi.people import face_url, profile_url
from syndication.sandbox.mixi.rows import Diary, MixiAccount, Status, rfc3339
from syndication.sandbox.mixi.voice import voice_url

UPDATE_KINDS = ("voice", "diary")


def updates(call: MixiCall) -> Reply:
    """What people did, newest first, as activity streams in JSON (Atom: 400)."""
    if call.request.query.get("format", "json") != "json":
        raise voice_error(400)
    owner, state = call.account(), call.state
    owners = call.circle(owner, call.args["group"])
    wanted = call.request.query.get("fields", ",".join(UPDATE_KINDS)).split(",")
    since = call.request.query.get("updatedSince", "")
    rows: chain[Status | Diary] = chain(
        state.statuses.values() if "voice" in wanted else (),
        state.diaries.values() if "diary" in wanted else (),
    )
    seen = [each for each in state.seen_by(call.me.id, rows, owners) if rfc3339(each.at) > since]
    count = call.number("count", default=20, most=100)
    return json_reply({"items": [_item(call, each) for each in seen[:count]]})


def _item(call: MixiCall, row: Status | Diary) -> dict[str, Any]:
    root, actor = call.request.root, call.state.accounts[row.owner]
    if isinstance(row, Diary):
        kind, title, link = "diary", row.title, diary_url(root, row)
    else:
        kind, title = "voice", row.text
        link = voice_url(root, row)
    thing = {"id": row.id, "objectType": kind, "link": link, "postedTime": rfc3339(row.at)}
    return {
        "id": f"tag:mixi.jp,2010:/{kind}/{row.id}",
        "title": title,
        "verb": "post",
        "link": link,
        "postedTime": rfc3339(row.at),
        "object": thing,
        "actor": _actor(root, actor),
    }


def _actor(root: str, account: MixiAccount) -> dict[str, Any]:
    image = {"url": face_url(root, account), "width": "180", "height": "135"}
    return {
        "id": f"tag:mixi.jp,2010:/person={account.id}",
        "displayName": account.nickname,
        "link": profile_url(root, account),
        "objectType": "person",
        "image": image,
    }


ROUTES = [
    Route("GET", "updates/{user}/{group}.json", "r_updates", updates),
    Route("GET", "updates/{user}/{group}", "r_updates", updates),
]
