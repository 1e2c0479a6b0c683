"""What staff's lists call the columns of posts, links and deliveries: see accounts.admin.labels."""

from __future__ import annotations

from typing import Any

from django.utils.translation import pgettext_lazy

from accounts.admin.labels import register_labels

_COLUMNS: dict[str, Any] = {
    "always_permalink": pgettext_lazy("column", "always with the address"),
    "audience": pgettext_lazy("column", "audience"),
    "author": pgettext_lazy("column", "author"),
    "beat_at": pgettext_lazy("column", "last seen"),
    "brings_replies": pgettext_lazy("column", "replies come back"),
    "came_at": pgettext_lazy("column", "last email"),
    "case": pgettext_lazy("column", "report"),
    "changed_at": pgettext_lazy("column", "changed"),
    "counts_code_points": pgettext_lazy("column", "counts code points"),
    "delivery": pgettext_lazy("column", "delivery"),
    "due_at": pgettext_lazy("column", "due"),
    "edited_at": pgettext_lazy("column", "edited"),
    "failures": pgettext_lazy("column", "failures in a row"),
    "fed_at": pgettext_lazy("column", "posts of friends read"),
    "finished_at": pgettext_lazy("column", "finished"),
    "first_sent_at": pgettext_lazy("column", "first sent"),
    "follows_approved": pgettext_lazy("column", "approves followers"),
    "http_status": pgettext_lazy("column", "HTTP status"),
    "interaction": pgettext_lazy("column", "reply or like"),
    "is_by_mail": pgettext_lazy("column", "by email"),
    "is_correction": pgettext_lazy("column", "sent again after a correction"),
    "is_findable": pgettext_lazy("column", "can be found by it"),
    "is_manual": pgettext_lazy("column", "by a press"),
    "is_on": pgettext_lazy("column", "on"),
    "is_paused": pgettext_lazy("column", "paused"),
    "keep_fresh_at": pgettext_lazy("column", "access renewed next"),
    "kind": pgettext_lazy("column", "kind"),
    "operation": pgettext_lazy("column", "kind"),
    "lease_until": pgettext_lazy("column", "held by a worker until"),
    "likes": pgettext_lazy("column", "likes"),
    "link": pgettext_lazy("column", "link"),
    "looked_at": pgettext_lazy("column", "looked at"),
    "name": pgettext_lazy("column", "name there"),
    "never_permalink": pgettext_lazy("column", "never with the address"),
    "number": pgettext_lazy("column", "number"),
    "open_until": pgettext_lazy("column", "not asked until"),
    "opened_times": pgettext_lazy("column", "pauses in a row"),
    "parked_at": pgettext_lazy("column", "waits for the member since"),
    "part": pgettext_lazy("column", "part of the worker"),
    "post": pgettext_lazy("column", "post"),
    "probe_until": pgettext_lazy("column", "being tried until"),
    "profile_read_at": pgettext_lazy("column", "profile read"),
    "profile_url": pgettext_lazy("column", "address of the profile"),
    "pulled_at": pgettext_lazy("column", "friends read"),
    "reads": pgettext_lazy("column", "times checked"),
    "reason": pgettext_lazy("column", "reason"),
    "refused_at": pgettext_lazy("column", "last refusal"),
    "remote_deleted_at": pgettext_lazy("column", "found deleted there"),
    "remote_id": pgettext_lazy("column", "id there"),
    "replies": pgettext_lazy("column", "replies"),
    "scopes": pgettext_lazy("column", "rights there"),
    "sent_at": pgettext_lazy("column", "sent"),
    "sequence": pgettext_lazy("column", "place in the order"),
    "started_at": pgettext_lazy("column", "began"),
    "since": pgettext_lazy("column", "since"),
    "state": pgettext_lazy("column", "state"),
    "step": pgettext_lazy("column", "step"),
    "uid": pgettext_lazy("column", "account there"),
    "version": pgettext_lazy("column", "version"),
    "writer": pgettext_lazy("column", "author"),
}
_ROWS: dict[str, tuple[Any, Any]] = {
    "syndication.Attempt": (pgettext_lazy("rows", "attempt"), pgettext_lazy("rows", "attempts")),
    "syndication.Comment": (pgettext_lazy("rows", "comment"), pgettext_lazy("rows", "comments")),
    "syndication.CopyActivity": (
        pgettext_lazy("rows", "replies to a copy"),
        pgettext_lazy("rows", "replies to copies"),
    ),
    "syndication.Delivery": (
        pgettext_lazy("rows", "delivery"),
        pgettext_lazy("rows", "deliveries"),
    ),
    "syndication.Heartbeat": (
        pgettext_lazy("rows", "part of the worker"),
        pgettext_lazy("rows", "parts of the worker"),
    ),
    "syndication.HostHealth": (
        pgettext_lazy("rows", "host that did not answer"),
        pgettext_lazy("rows", "hosts that did not answer"),
    ),
    "syndication.Like": (pgettext_lazy("rows", "like"), pgettext_lazy("rows", "likes")),
    "syndication.Link": (pgettext_lazy("rows", "link"), pgettext_lazy("rows", "links")),
    "syndication.NetworkSwitch": (
        pgettext_lazy("rows", "pause of a network"),
        pgettext_lazy("rows", "pauses of networks"),
    ),
    "syndication.Post": (pgettext_lazy("rows", "post"), pgettext_lazy("rows", "posts")),
    "syndication.PostAddress": (
        pgettext_lazy("rows", "address for posts by email"),
        pgettext_lazy("rows", "addresses for posts by email"),
    ),
    "syndication.ServerTraits": (
        pgettext_lazy("rows", "trait of a server"),
        pgettext_lazy("rows", "traits of servers"),
    ),
    "syndication.Toggle": (
        pgettext_lazy("rows", "what goes there"),
        pgettext_lazy("rows", "what goes there"),
    ),
}

register_labels(_COLUMNS, _ROWS)
