"""Control of the sandbox: its networks, and the addresses that inspect and change it.

On the main port, beside the networks (fixed; tests from outside rely on them):

- `GET /<key>/_received`: what that network received through its API;
- `POST /_faults` with one fault as JSON (`faults.Fault`), or a list of them under `faults`;
- `POST /_reset`: seeded state, no faults, settings and time as at the start.

And besides: `POST /_reply` `{"network", "user", "to", "text"}` (and `visibility`) lets an account answer the
post with the id `to`, `POST /_like` and `POST /_unlike` let it like that one; `POST /_time` `{"seconds"}` moves the clock forward, `POST /_settings`
`{"network", …}` changes a network's settings, `GET /` is the index
for people with buttons for faults (`POST /_console`), `GET /mail/` shows the demo's mails.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from syndication.sandbox import console, mailbox
from syndication.sandbox.faults import Fault, Faults, reply_instead, spoil_reply
from syndication.sandbox.http import BadBody, Reply, Request, json_object, json_reply
from syndication.sandbox.network import Network, Person, World
from syndication.sandbox.networks import NETWORKS

MAIN = ""  # the door of the main port; every other door is a network's key

_DONE = {"ok": True}
_SHAPE = 2  # of what `keep` writes: raised when a state gets new attributes


class Control:
    """All networks in one world. Handles requests as values; `server` has the sockets."""

    def __init__(self, world: World, settings: Mapping[str, Mapping[str, Any]] | None = None):
        self.world = world
        self.faults = Faults()
        self.networks = {network.key: network(world) for network in NETWORKS}
        self.mail: Path | None = None  # where the demo's mails lie, for `GET /mail/`
        self.ports: dict[str, int] = {}  # door -> port, once the server listens
        self._settings = settings or {}
        self._lock = threading.RLock()
        self.reset()

    @property
    def people(self) -> Sequence[Person]:
        """Return the people who have accounts."""
        return self.world.people

    def reset(self) -> None:
        """Restore seeded state, settings and time; remove all faults."""
        with self._lock:
            self.faults.clear()
            self.world.clock.reset()
            for key, network in self.networks.items():
                network.reset()
                network.configure(self._settings.get(key, {}))

    def keep(self, path: Path) -> None:
        """Save the state of every network, for `take_up` in a later run."""
        with self._lock:
            path.write_bytes(pickle.dumps((self.world.site, _SHAPE, self.networks)))

    def take_up(self, path: Path) -> None:
        """Load what `keep` saved, so that a restarted demo still knows its links.

        State of another site, or of a version with other classes, is ignored.
        """
        try:
            site, shape, networks = pickle.loads(path.read_bytes())  # noqa: S301 - our own file
        except (
            OSError,
            pickle.UnpicklingError,
            AttributeError,
            ImportError,
            ValueError,
            TypeError,
        ):
            return
        if (site, shape) == (self.world.site, _SHAPE):
            with self._lock:
                self.networks = networks

    def place(self, door: str, path: str) -> tuple[Network | None, str]:
        """Return the network of a path (None: the sandbox itself) and the path within it."""
        if door != MAIN:
            return self.networks[door], path
        key, _, rest = path.removeprefix("/").partition("/")
        network = self.networks.get(key)
        if network is None or network.port_offset or rest == "_received":
            return None, path
        return network, f"/{rest}"

    def fault(self, door: str, method: str, path: str) -> Fault | None:
        """Return the fault for this request, and count it down."""
        network, path = self.place(door, path)
        if network is None or not network.is_api(path):
            return None
        return self.faults.take(network.key, method, path)

    def answer(self, door: str, request: Request, fault: Fault | None) -> Reply:
        """Answer a request, applying `fault`. `request.root` is the host's."""
        network, path = self.place(door, request.path)
        if network is None:
            return self._own(request)
        root = request.root + ("" if network.port_offset else f"/{network.key}")
        request = Request(
            request.method, path, request.query_string, request.headers, request.body, root
        )
        if fault is None:
            return self._handled(network, request)
        if fault.kind in ("expired", "401"):
            return network.refusal(request, is_expired=fault.kind == "expired")
        reply = reply_instead(fault, self.world.clock.now())
        return reply or spoil_reply(fault, self._handled(network, request))

    def _handled(self, network: Network, request: Request) -> Reply:
        with self._lock:
            return network.handle(request)

    def _own(self, request: Request) -> Reply:
        orders: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {
            "/_faults": self._order_faults,
            "/_reset": lambda fields: self.reset(),
            "/_time": lambda fields: self.world.clock.advance(float(fields["seconds"])),
            "/_settings": self._change_settings,
            "/_reply": self._reply,
            "/_like": lambda fields: self._of(fields).like_as(fields["user"], fields["to"]),
            "/_unlike": lambda fields: self._of(fields).unlike_as(fields["user"], fields["to"]),
        }
        if request.method == "GET":
            return self._shown(request)
        if request.path == console.ORDER:
            return self._pressed(request)
        order = orders.get(request.path)
        if order is None:
            return json_reply({"error": "no such order"}, 404)
        try:
            with self._lock:
                told = order(json_object(request.body or b"{}"))
        except (BadBody, ValueError, TypeError, KeyError) as error:
            return json_reply({"ok": False, "error": str(error)}, 400)
        return json_reply(_DONE | (told or {}))

    def _pressed(self, request: Request) -> Reply:
        """Handle a button of the index page."""
        try:
            return console.apply_console_order(request, self.faults, self.reset)
        except ValueError as error:
            return json_reply({"ok": False, "error": str(error)}, 400)

    def _order_faults(self, fields: dict[str, Any]) -> None:
        for fault in fields.get("faults", [fields]):
            self.faults.add(**{"network": "", **fault})

    def _of(self, fields: Mapping[str, Any]) -> Network:
        return self.networks[fields["network"]]

    def _reply(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        visibility = fields.get("visibility", "")
        network, name, to = self._of(fields), fields["user"], fields["to"]
        return {"id": network.reply_as(name, to, fields["text"], visibility)}

    def _change_settings(self, fields: dict[str, Any]) -> None:
        network = self.networks[fields.pop("network")]
        network.configure(fields)

    def _shown(self, request: Request) -> Reply:
        with self._lock:
            if request.path.startswith("/mail/"):
                return mailbox.mailbox_page(
                    self.mail, request.path.removeprefix("/mail/"), request.root
                )
            if request.path == "/":
                return console.console_page(
                    self.networks.values(), request.root, self.ports, self.faults.standing
                )
            key, _, rest = request.path.removeprefix("/").partition("/")
            if key in self.networks and rest == "_received":
                return json_reply(self.networks[key].received())
        return json_reply({"error": "not found"}, 404)
