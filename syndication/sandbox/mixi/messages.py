"""Messages between friends: as much as a hub may want."""

from __future__ import annotations

from typing import Any

from syndication.sandbox.mixi.calls import Call, Route, described, failed
from syndication.sandbox.mixi.people import person
from syndication.sandbox.mixi.rows import Message, rfc3339
from syndication.sandbox.wire import Reply, json_reply


def message_object(call: Call, message: Message) -> dict[str, Any]:
    """A message with its sender."""
    return {
        "id": message.id,
        "status": message.status,
        "timeSent": rfc3339(message.at),
        "title": message.title,
        "body": message.body,
        "sender": person(call, call.state.accounts[message.owner]),
    }


def list_messages(call: Call) -> Reply:
    """The inbox or outbox, newest first."""
    side = {"@inbox": "recipient", "@outbox": "owner"}.get(call.args["box"])
    if side is None:
        raise failed(404)
    mine = [
        each
        for each in reversed(call.state.messages.values())
        if getattr(each, side) == call.me.id and not each.is_deleted
    ]
    page = call.page(mine)
    return json_reply(page | {"entry": [message_object(call, each) for each in page["entry"]]})


def find_message(call: Call) -> Message:
    """The message that the path names, sent by the caller or to them. Raises Refused."""
    message = call.state.messages.get(call.args["message"])
    if message is None or message.is_deleted:
        raise failed(404)
    if call.me.id not in (message.owner, message.recipient):
        raise failed(403)
    return message


def show_message(call: Call) -> Reply:
    """One message."""
    entry = message_object(call, find_message(call))
    return json_reply({"entry": entry, "startIndex": 0, "itemsPerPage": 1, "totalResults": 1})


def send_message(call: Call) -> Reply:
    """Send to one friend, or answer a message that came in."""
    fields = call.request.json()
    original = call.state.messages.get(str(fields.get("inReplyTo", "")))
    recipients = [original.owner] if original else fields.get("recipients")
    if not (fields.get("title") and fields.get("body") and isinstance(recipients, list)):
        raise described("title, body and recipients are required")
    if len(recipients) != 1 or recipients[0] not in call.me.friends:
        raise failed(403)
    message = Message(call.me.id, call.state.now(), "self", recipient=recipients[0])
    message.id, message.title = call.state.number(), str(fields["title"])
    message.body, message.in_reply_to = str(fields["body"]), original.id if original else ""
    call.state.messages[message.id] = message
    return json_reply({"id": message.id})


def mark_message(call: Call) -> Reply:
    """Mark a message as read or replied."""
    message, status = find_message(call), call.request.json().get("status")
    if status not in ("read", "replied"):
        raise described("status is invalid")
    message.status = status
    return json_reply({"id": message.id})


def delete_message(call: Call) -> Reply:
    """Delete a message."""
    message = find_message(call)
    message.is_deleted = True
    return json_reply({"id": message.id})


ROUTES = [
    Route("POST", "messages/@me/@self/@outbox", "w_message", send_message),
    Route("GET", "messages/@me/{box}", "r_message", list_messages),
    Route("GET", "messages/@me/{box}/{message}", "r_message", show_message),
    Route("PUT", "messages/@me/@inbox/{message}", "w_message", mark_message),
    Route("DELETE", "messages/@me/{box}/{message}", "w_message", delete_message),
]
