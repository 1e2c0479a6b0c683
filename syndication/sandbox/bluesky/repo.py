"""Records: com.atproto.repo.*. Posts are kept, likes and gates of threads (`other_records`); of other
collections follows and profiles are read."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from syndication.sandbox.bluesky.lexicon import check_other_record, check_record
from syndication.sandbox.bluesky.state import BlueskyState, tid
from syndication.sandbox.bluesky.values import (
    FOLLOW,
    GATE,
    LIKE,
    POST,
    PROFILE,
    cid,
    iso_time,
    record_cid,
    xrpc_error,
)
from syndication.sandbox.html import upload_reply
from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.pictures import face, media_type
from syndication.sandbox.social_graph import Post, Upload

Fields = dict[str, Any]

_TID = re.compile(r"[234567abcdefghij][234567a-z]{12}", re.ASCII)
_KEY = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}", re.ASCII)


def put_record(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.putRecord: the same again changes nothing; `swapRecord` null: only if new."""
    fields = request.json()
    key = _target(grant, fields)
    record = fields.get("record")
    if not isinstance(record, dict):
        raise xrpc_error("InvalidRequest", "Input/record must be an object")
    if fields["collection"] != POST:
        return _put_other(state, grant, key, fields)
    photos = check_record(state, record)
    there = state.post(grant.user, key)
    name = record_cid(record)
    if there is not None and there.more["cid"] == name:
        return json_reply({"uri": there.id, "cid": name, "validationStatus": "valid"})
    _check_swap(fields, there.more["cid"] if there else None)
    return _kept(state, grant, key, record, photos)


def _put_other(state: BlueskyState, grant: Grant, key: str, fields: Fields) -> Reply:
    collection, record = fields["collection"], fields["record"]
    check_other_record(record, collection)
    uri = f"at://{grant.user}/{collection}/{key}"
    there, found = state.others.get(uri), {"uri": uri, "cid": record_cid(record)}
    if there is not None and there.record == record:
        return json_reply({**found, "validationStatus": "valid"})
    _check_swap(fields, there.cid if there else None)
    headers = _spend(state, grant, 2)
    state.keep_record(grant.user, collection, key, record)
    more = {"commit": _commit(state), "validationStatus": "valid"}
    return json_reply({**found, **more}).adding(*headers)


def _check_swap(fields: Fields, there: str | None) -> None:
    if "swapRecord" in fields and fields["swapRecord"] != there:
        raise xrpc_error("InvalidSwap", f"Record was at {there or 'null'}")


def create_record(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.createRecord. On a key that is taken the real one breaks."""
    fields = request.json()
    fields.setdefault("rkey", tid(state.now(), state.graph.number()))
    key = _target(grant, fields)
    if fields["collection"] != POST:
        return _create_other(state, grant, key, fields)
    if state.post(grant.user, key) is not None:
        raise xrpc_error("InternalServerError", "Internal Server Error", 500)
    record = fields["record"]
    return _kept(state, grant, key, record, check_record(state, record))


def _create_other(state: BlueskyState, grant: Grant, key: str, fields: Fields) -> Reply:
    """A like replaces an older one of the same post."""
    for each in state.likes_of(fields["record"].get("subject", {}).get("uri", ""), grant.user):
        state.drop_record(each.uri)
    return _put_other(state, grant, key, fields)


def delete_record(state: BlueskyState, grant: Grant, request: Request) -> Reply:
    """com.atproto.repo.deleteRecord: succeeds for a missing one."""
    fields = request.json()
    key = _target(grant, fields)
    if fields["collection"] != POST:
        uri = f"at://{grant.user}/{fields['collection']}/{key}"
        more = {"commit": _commit(state)} if uri in state.others else {}
        state.drop_record(uri)
        return json_reply(more)
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
        value = record_of(post)
    if uri in state.others:
        value = state.others[uri].record
    account = state.account(user)
    if query.get("collection") == PROFILE and key == "self" and account:
        picture = face(account.id)
        blob = _blob(cid(picture, 0x55), "image/jpeg", len(picture))
        value = {"$type": PROFILE, "displayName": account.nickname, "avatar": blob}
    if value is None:
        raise xrpc_error("RecordNotFound", f"Could not locate record: {uri}")
    return json_reply({"uri": uri, "cid": record_cid(value), "value": value})


def list_records(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.repo.listRecords, newest first, for everybody."""
    query = request.query
    account = state.account(query.get("repo", ""))
    if account is None:
        raise xrpc_error("InvalidRequest", f"Could not find repo: {query.get('repo', '')}")
    rows: list[tuple[str, Fields]] = []
    if query.get("collection") == POST:
        posts = state.graph.standing(account.id)
        rows = [(post.more["key"], record_of(post)) for post in posts]
    elif query.get("collection") == FOLLOW:
        epoch = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
        for number, other in enumerate(account.follows):
            at = epoch + timedelta(minutes=number)
            value = {"$type": FOLLOW, "subject": other, "createdAt": iso_time(at)}
            rows.append((tid(at, number), value))
    for each in state.others.values():
        if (each.user, each.collection) == (account.id, query.get("collection")):
            rows.append((each.key, each.record))
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
    collection, key = fields.get("collection"), fields.get("rkey")
    if collection not in (POST, LIKE, GATE):
        raise xrpc_error("InvalidRequest", "The sandbox keeps no such records")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise xrpc_error("InvalidRequest", f'Invalid record key (got "{key}") at $.rkey')
    if collection == LIKE and not _TID.fullmatch(key):
        words = f'Invalid record key for {collection}: Invalid TID string (got "{key}") at $'
        raise xrpc_error("InvalidRequest", words)
    return key


def _kept(
    state: BlueskyState, grant: Grant, key: str, record: Fields, photos: list[Upload]
) -> Reply:
    there = state.post(grant.user, key)
    headers = _spend(state, grant, 2 if there else 3)
    uri = f"at://{grant.user}/{POST}/{key}"
    name = record_cid(record)
    post = write_post(state, grant.user, key, record, photos=photos)
    post.edits = there.edits + 1 if there else 0
    found = {"uri": uri, "cid": name, "commit": _commit(state), "validationStatus": "valid"}
    return json_reply(found).adding(*headers)


def write_post(state: BlueskyState, user: str, key: str, record: Fields, **more: Any) -> Post:
    """Store a post by its record."""
    return state.graph.write(
        user,
        record["text"],
        id=f"at://{user}/{POST}/{key}",
        in_reply_to=record.get("reply", {}).get("parent", {}).get("uri", ""),
        language=next(iter(record.get("langs", [])), ""),
        more={"record": record, "cid": record_cid(record), "key": key},
        **more,
    )


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


def record_of(post: Post) -> Fields:
    """Return the record of a post; of a seeded one a plain record."""
    found: Fields | None = post.more.get("record")
    if found:
        return found
    return {"$type": POST, "text": post.text, "createdAt": iso_time(post.at), "langs": ["ja"]}


def _blob(name: str, kind: str, size: int) -> Fields:
    return {"$type": "blob", "ref": {"$link": name}, "mimeType": kind, "size": size}
