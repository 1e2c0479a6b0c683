"""Records: com.atproto.repo.*. Posts are kept; of other collections follows and profiles are read."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

from syndication.sandbox.bluesky.lexicon import check_record
from syndication.sandbox.bluesky.state import BlueskyState, tid
from syndication.sandbox.bluesky.values import FOLLOW, POST, PROFILE, cid, iso_time, xrpc_error
from syndication.sandbox.html import upload_reply
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.pictures import face, media_type
from syndication.sandbox.social_graph import Post, Upload
from syndication.sandbox.wire import Refused, Reply, Request, json_reply

Fields = dict[str, Any]

_KEY = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}", re.ASCII)


def put_record(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.putRecord: the same again changes nothing; `swapRecord` null: only if new."""
    fields = request.json()
    key = _target(grant, fields)
    record = fields.get("record")
    if not isinstance(record, dict):
        raise xrpc_error("InvalidRequest", "Input/record must be an object")
    photos = check_record(state, record)
    there = state.post(grant.user, key)
    name = cid(json.dumps(record, sort_keys=True).encode(), 0x71)
    if there is not None and there.more["cid"] == name:
        return json_reply({"uri": there.id, "cid": name, "validationStatus": "valid"})
    if "swapRecord" in fields and fields["swapRecord"] != (there.more["cid"] if there else None):
        at = there.more["cid"] if there else "null"
        raise xrpc_error("InvalidSwap", f"Record was at {at}")
    return _kept(state, grant, key, record, photos)


def create_record(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.createRecord. On a key that is taken the real one breaks."""
    fields = request.json()
    fields.setdefault("rkey", tid(state.now(), state.graph.number()))
    key = _target(grant, fields)
    if state.post(grant.user, key) is not None:
        raise xrpc_error("InternalServerError", "Internal Server Error", 500)
    record = fields["record"]
    return _kept(state, grant, key, record, check_record(state, record))


def delete_record(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.deleteRecord: succeeds for a missing one."""
    key = _target(grant, request.json())
    post = state.post(grant.user, key)
    if post is None:
        return json_reply({})
    headers = _spend(state, grant, 1)
    post.is_deleted = True
    return json_reply({"commit": _commit(state)}).adding(*headers)


def upload_blob(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.uploadBlob. The size of a picture is checked when a record uses it."""
    name = cid(request.body, 0x55)
    kind = media_type(request.body) or request.content_type
    state.graph.uploads[name] = Upload(name, grant.user, request.body, kind)
    return json_reply({"blob": _blob(name, kind, len(request.body))})


def get_record(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.repo.getRecord, for everybody."""
    query = request.query
    user, key = query.get("repo", ""), query.get("rkey", "")
    uri = f"at://{user}/{query.get('collection', '')}/{key}"
    value: Fields | None = None
    if query.get("collection") == POST and (post := state.post(user, key)):
        value = post.more.get("record") or seeded_record(post)
    account = state.account(user)
    if query.get("collection") == PROFILE and key == "self" and account:
        picture = face(account.id)
        blob = _blob(cid(picture, 0x55), "image/jpeg", len(picture))
        value = {"$type": PROFILE, "displayName": account.nickname, "avatar": blob}
    if value is None:
        raise xrpc_error("RecordNotFound", f"Could not locate record: {uri}")
    name = cid(json.dumps(value, sort_keys=True).encode(), 0x71)
    return json_reply({"uri": uri, "cid": name, "value": value})


def list_records(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.repo.listRecords, newest first, for everybody."""
    query = request.query
    account = state.account(query.get("repo", ""))
    if account is None:
        raise xrpc_error("InvalidRequest", f"Could not find repo: {query.get('repo', '')}")
    rows: list[tuple[str, Fields]] = []
    if query.get("collection") == POST:
        posts = state.graph.standing(account.id)
        rows = [
            (post.more["key"], post.more.get("record") or seeded_record(post)) for post in posts
        ]
    elif query.get("collection") == FOLLOW:
        epoch = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
        for number, other in enumerate(account.follows):
            at = epoch + timedelta(minutes=number)
            value = {"$type": FOLLOW, "subject": other, "createdAt": iso_time(at)}
            rows.append((tid(at, number), value))
    rows.sort(key=lambda row: row[0], reverse=True)
    limit = min(int(query.get("limit", "50")), 100)
    rest = [row for row in rows if not query.get("cursor") or row[0] < query["cursor"]]
    records = [
        {
            "uri": f"at://{account.id}/{query['collection']}/{key}",
            "cid": cid(key.encode(), 0x71),
            "value": value,
        }
        for key, value in rest[:limit]
    ]
    more = {"cursor": rest[limit - 1][0]} if len(rest) > limit else {}
    return json_reply({**more, "records": records})


def get_blob(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.sync.getBlob, for everybody."""
    name = request.query.get("cid", "")
    upload = state.graph.uploads.get(name)
    if upload is not None:
        return upload_reply(upload)
    picture = face(request.query.get("did", ""))
    if cid(picture, 0x55) == name:
        return Reply(200, picture, (("Content-Type", "image/jpeg"),))
    raise xrpc_error("BlobNotFound", "Blob not found")


def _target(grant: Grant, fields: Fields) -> str:
    """Return the record key of a write. Raises Refused."""
    if fields.get("repo") != grant.user:
        raise xrpc_error("AuthenticationRequired", "Authentication Required", 401)
    if fields.get("collection") != POST:
        raise xrpc_error("InvalidRequest", "The sandbox keeps posts alone")
    key = fields.get("rkey")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise xrpc_error("InvalidRequest", f'Invalid record key (got "{key}") at $.rkey')
    return key


def _kept(
    state: BlueskyState, grant: Grant, key: str, record: Fields, photos: list[Upload]
) -> Reply:
    there = state.post(grant.user, key)
    headers = _spend(state, grant, 2 if there else 3)
    uri = f"at://{grant.user}/{POST}/{key}"
    name = cid(json.dumps(record, sort_keys=True).encode(), 0x71)
    more = {"record": record, "cid": name, "key": key}
    post = state.graph.write(grant.user, record["text"], id=uri, photos=photos, more=more)
    post.edits = there.edits + 1 if there else 0
    found = {"uri": uri, "cid": name, "commit": _commit(state), "validationStatus": "valid"}
    return json_reply(found).adding(*headers)


def _spend(state: BlueskyState, grant: Grant, points: int) -> tuple[tuple[str, str], ...]:
    """Spend points of the hour; return the rate-limit headers. Raises Refused (429)."""
    now, most = state.now(), state.settings.points
    hour = [each for each in state.spent.get(grant.user, []) if each[0] > now - timedelta(hours=1)]
    left = most - sum(each[1] for each in hour)
    ends_at = (hour[0][0] if hour else now) + timedelta(hours=1)
    headers = (
        ("RateLimit-Limit", str(most)),
        ("RateLimit-Remaining", str(max(left - points, 0))),
        ("RateLimit-Reset", str(int(ends_at.timestamp()) + 1)),
        ("RateLimit-Policy", f"{most};w=3600"),
    )
    if left < points:
        no = xrpc_error("RateLimitExceeded", "Rate Limit Exceeded", 429)
        raise Refused(no.reply.adding(*headers))
    state.spent[grant.user] = [*hour, (now, points)]
    return headers


def _commit(state: BlueskyState) -> Fields:
    rev = tid(state.now(), state.graph.number())
    return {"cid": cid(rev.encode(), 0x71), "rev": rev}


def seeded_record(post: Post) -> Fields:
    return {"$type": POST, "text": post.text, "createdAt": iso_time(post.at), "langs": ["ja"]}


def _blob(name: str, kind: str, size: int) -> Fields:
    return {"$type": "blob", "ref": {"$link": name}, "mimeType": kind, "size": size}
