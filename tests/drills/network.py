"""Networks with random faults, as a process: `python -m tests.drills.network --port …`.

The sandbox, with faults. A lot decides which requests are struck (a share of `--bad`, repeatable by
`--seed`); the kinds take turns, so that each strikes. What was received is under `/<key>/_received` as ever. Besides:

- `GET /_environment` gives the product's variables that point it here;
- `POST /_grant {"network", "user"}` gives what consent would give (tests.drills.grants);
- `POST /_hold {"when"}` answers once the next post has come in; its own answer is held back, so that
  whoever sent it can be killed in the middle. `when`: `before` it is taken, or `after`;
- `POST /_friends_post {"network", "user", "visibility"}` lets somebody who is no member of the drill write;
  `GET /_friends_posts` tells the visibility of each;
- `POST /_latency {"seconds"}` lets each answer of an API take so much longer;
- `POST /_refuse {"seconds"}` stops listening for a while;
- `POST /_also {"host"}` listens at one more address, and no more at the last one for "";
- `GET /_thrown` counts the faults and tells the servers' manners; `GET /_arrivals` tells when each status came in (epoch seconds).

`--also 127.0.0.2` listens there too: one network that looks like several hosts.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import threading
import time
from collections import Counter
from typing import Any

from syndication.sandbox.faults import Fault
from syndication.sandbox.http import Reply, Request, json_object, json_reply
from syndication.sandbox.network import Person, World, demo_people
from syndication.sandbox.server import Door, Sandbox
from tests.drills.friends import write_for
from tests.drills.grants import GRANTS

HELD = 4.0  # seconds that a held answer waits; its asker is dead by then
# Where a post comes in. Of a network that is not here, any POST is taken for one.
WRITES = {
    "mixi": ("/2/voice/statuses", "/2/diary/articles", "/2/photo/mediaItems"),
    "mastodon": ("/api/v1/statuses",),
    "misskey": ("/api/notes/create",),
    "bluesky": ("/xrpc/com.atproto.repo.putRecord", "/xrpc/com.atproto.repo.createRecord"),
    "twitter": ("/2/tweets",),
    "gnusocial": ("/api/statuses/update",),
}
ANYWHERE = ("/",)
# How servers of one API differ; a drill draws one of each.
SERVER_VARIANTS: dict[str, dict[str, tuple[Any, ...]]] = {
    "mixi": {"refuses_same_second": (True,)},
    "mastodon": {
        "text_style": ("mastodon", "markdown", "short"),
        "idempotency": (True, False),
        "repeat_is_500": (True, False),
        "lists_private": (True, False),
        "edit_twice_is_422": (True, False),
        "dotted_media": (True, False),
        "counts_whole": (True, False),
        "media_polls": (0, 1),
        "instance_v2_error": (0, 500),
        "forgets_at_revoke": (True, False),
    },
    "gnusocial": {"shortens": (True, False), "tells_address": (True, False)},
    "twitter": {"entities": (True, False)},
}
SAME_WITHIN = 3.0  # deadlines within which Misskey gives the first of two equal notes; or never
PAGES = (200, 403, 404, 413)  # statuses of a page in the network's place
LAGGING_NETWORKS = ("twitter", "orkut")  # what is taken shows on the timeline only after a while


class BadNetwork(Sandbox):
    """One request in so many is answered badly."""

    def __init__(self, world: World, *, bad: float, seed: int, deadline: float) -> None:
        super().__init__(world)
        for network in self.networks.values():
            for limit in ("rate_limit", "points"):  # each has one of them, or none
                with contextlib.suppress(ValueError):
                    network.configure({limit: 1_000_000})
        # Later than the first look at what became of a post (60 s, where its deadline is 20 s).
        for key in LAGGING_NETWORKS:
            self.networks[key].configure({"timeline_lag": round(4 * deadline)})
        dice = random.Random(seed)
        known = {**SERVER_VARIANTS, "misskey": {"same_within": (0, round(SAME_WITHIN * deadline))}}
        self.manners = {
            key: {name: dice.choice(values) for name, values in manners.items()}
            for key, manners in known.items()
            if bad  # a bench measures a network without any
        }
        for key, manners in self.manners.items():
            self.networks[key].configure(manners)
        self.thrown: Counter[str] = Counter()
        self.thrown_at_writes: Counter[str] = Counter()
        self.requests = 0
        self.arrivals: dict[str, float] = {}
        self.friends_posts: dict[str, str] = {}  # id -> visibility
        self._bad = bad
        self._random = random.Random(seed)
        self._deadline = deadline
        self._dice = threading.Lock()
        self._deck: list[Fault] = []
        self._hold = ""
        self._latency = 0.0
        self._came_in = threading.Event()

    def fault(self, door: str, method: str, path: str) -> Fault | None:
        network, inner = self.place(door, path)
        if network is None or not network.is_api(inner):
            return None
        with self._dice:
            self.requests += 1
            if self._random.random() >= self._bad:
                return None
            if not self._deck:
                self._deck = self._faults()
                self._random.shuffle(self._deck)
            fault = self._deck.pop()
            name = "429_date" if fault.retry_after == "date" else fault.kind
            self.thrown[name] += 1
            if _is_write(network.key, method, inner):
                self.thrown_at_writes[name] += 1
            return fault

    def answer(self, door: str, request: Request, fault: Fault | None) -> Reply:
        network, inner = self.place(door, request.path)
        if self._latency and network is not None and network.is_api(inner):
            time.sleep(self._latency)
        if network is None or not _is_write(network.key, request.method, inner):
            return super().answer(door, request, fault)
        with self._dice:
            hold, self._hold = self._hold, ""
        if not hold:
            reply = super().answer(door, request, fault)
            if "voice" in inner:
                self.arrivals[request.form().get("status", "")] = time.time()
            return reply
        if hold == "before":
            self._keep_waiting()
            return super().answer(door, request, None)
        reply = super().answer(door, request, None)
        self._keep_waiting()
        return reply

    def _keep_waiting(self) -> None:
        self._came_in.set()
        self.stopping.wait(HELD)

    def _faults(self) -> list[Fault]:
        later = self._deadline * 1.5
        return [
            Fault("500_before"),
            Fault("500_after"),
            Fault("drop_after"),
            Fault("slow_before", seconds=later),  # taken after the asker's time is over
            Fault("429", seconds=1.0),
            Fault("429", seconds=2.0, retry_after="date"),
            Fault("expired"),
            Fault("bad_json"),
            Fault("page", status=self._random.choice(PAGES)),
            Fault("page_after", status=self._random.choice(PAGES)),
        ]

    def _own(self, request: Request) -> Reply:
        fields = json_object(request.body) if request.method == "POST" else {}
        if request.path == "/_environment":
            return json_reply(self.environment())
        if request.path == "/_hold":
            return self._order_hold(fields)
        if request.path == "/_grant":
            with self._lock:
                return json_reply(GRANTS[fields.get("network", "mixi")](self, fields["user"]))
        if request.path == "/_friends_post":
            with self._lock:
                return json_reply(self._write_as_friend(fields))
        if request.path == "/_friends_posts":
            return json_reply(self.friends_posts)
        if request.path == "/_refuse":
            seconds = float(fields["seconds"])
            threading.Thread(target=self._be_away, args=(seconds,), daemon=True).start()
            return json_reply({"ok": True})
        if request.path == "/_latency":
            self._latency = float(fields["seconds"])
            return json_reply({})
        if request.path == "/_also":
            self.listen_also_at(fields["host"])
            return json_reply({"ok": True})
        if request.path == "/_arrivals":
            return json_reply(self.arrivals)
        if request.path == "/_thrown":
            found = {"faults": self.thrown, "at_writes": self.thrown_at_writes}
            return json_reply({"requests": self.requests, "manners": self.manners, **found})
        return super()._own(request)

    def _write_as_friend(self, fields: dict[str, Any]) -> dict[str, Any]:
        """A post by somebody else, whom everybody follows."""
        members = [f"m{number}" for number in range(len(self.world.people))]
        network = self.networks[fields["network"]]
        ident, author = write_for(network, fields["user"], fields["visibility"], members)
        self.friends_posts[ident] = fields["visibility"]
        return {"id": ident, "author": author}

    def _order_hold(self, fields: dict[str, Any]) -> Reply:
        self._came_in.clear()
        self._hold = fields["when"]
        held = self._came_in.wait(20)
        self._hold = ""
        return json_reply({"held": held})

    def listen_also_at(self, host: str) -> None:
        """At one more address of the same port; "" closes the one that came last."""
        if not host:
            self._doors.pop().close()
            return
        door = Door(self, "", (host, self.ports[""]))
        self._doors.append(door)
        threading.Thread(target=door.serve_forever, args=(0.05,), daemon=True).start()
        door.is_serving = True

    def _be_away(self, seconds: float) -> None:
        port = self.ports[""]
        self.stop()
        self.stopping.clear()
        threading.Event().wait(seconds)
        self.start(self.host, port)


def _is_write(key: str, method: str, path: str) -> bool:
    return method == "POST" and path.startswith(WRITES.get(key, ANYWHERE))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--also", nargs="*", default=[])
    parser.add_argument("--site", default="http://testserver")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--bad", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--deadline", type=float, default=20.0)
    options = parser.parse_args()
    people = tuple(Person(f"m{number}", f"メンバー{number}") for number in range(options.people))
    world = World(site=options.site, people=(*demo_people(), *people))
    network = BadNetwork(world, bad=options.bad, seed=options.seed, deadline=options.deadline)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    network.start("127.0.0.1", options.port)
    for host in options.also:
        network.listen_also_at(host)
    ended.wait()
    network.stop()


if __name__ == "__main__":
    main()
