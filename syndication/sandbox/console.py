"""Index page: the networks, their addresses, and buttons for faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from html import escape
from urllib.parse import urlsplit

from syndication.sandbox.faults import KINDS, Fault, Faults
from syndication.sandbox.html import page
from syndication.sandbox.http import Reply, Request, redirect
from syndication.sandbox.network import Network

ORDER = "/_console"  # form action of the buttons
_IN_WORDS = {
    "500_before": "500（受け取らない）",
    "500_after": "500（受け取ってから）",
    "drop_after": "受け取って、返事をしない",
    "slow": "返事が遅い（30秒）",
    "429": "429（待つように言う）",
    "503": "503（混雑）",
    "bad_json": "返事が壊れている",
    "expired": "トークンの期限切れ",
}


def console_page(
    networks: Iterable[Network], root: str, ports: Mapping[str, int], faults: Iterable[Fault]
) -> Reply:
    """Return the page; `ports` holds the networks that have a port of their own."""
    networks = list(networks)
    rows = "".join(_row(network, root, ports) for network in networks)
    return page(
        "サンドボックス",
        "<p>本物のネットワークではありません。Profile Link の開発・デモ用です。</p>"
        f"<ul>{rows}</ul>{_buttons(networks)}{_standing(faults)}",
    )


def apply_console_order(request: Request, faults: Faults, reset: Callable[[], None]) -> Reply:
    """Apply a button's order and redirect to the index. Raises ValueError for an unknown kind."""
    form = request.form()
    if form.get("order") == "clear":
        faults.clear()
    elif form.get("order") == "reset":
        reset()
    else:
        times = form.get("times", "")
        faults.add(
            form.get("network", ""),
            form.get("kind", ""),
            times=int(times) if times.isdigit() else 1,
        )
    return redirect(f"{request.root}/")


def _row(network: Network, root: str, ports: Mapping[str, int]) -> str:
    address = f"{root}/{network.key}/"
    if network.port_offset:
        host = urlsplit(root).hostname or "127.0.0.1"
        address = f"http://{host}:{ports.get(network.key, 0)}/"
    received = f"{root}/{network.key}/_received"
    return (
        f'<li><a href="{escape(address)}">{escape(network.title)}</a> '
        f'(<a href="{escape(received)}">JSON</a>)</li>'
    )


def _buttons(networks: Iterable[Network]) -> str:
    """Return a form: network, number of requests, and a button for each fault."""
    options = "".join(f'<option value="{n.key}">{escape(n.title)}</option>' for n in networks)
    kinds = [*_IN_WORDS, *sorted(KINDS - set(_IN_WORDS) - {"redirect"})]
    buttons = " ".join(
        f'<button name="kind" value="{kind}">{escape(_IN_WORDS.get(kind, kind))}</button>'
        for kind in kinds
    )
    return (
        f'<h2>故障させる</h2><form method="post" action="{ORDER}"><p><label>どこを '
        f'<select name="network"><option value="">すべて</option>{options}</select></label> '
        '<label>次の <input name="times" value="1" size="3" inputmode="numeric"> 回</label></p>'
        f"<p>{buttons}</p></form>"
    )


def _standing(faults: Iterable[Fault]) -> str:
    """Return the pending faults, with a reset button."""
    rows = "".join(
        f"<li>{escape(fault.network or 'すべて')}: {escape(_IN_WORDS.get(fault.kind, fault.kind))}"
        f" あと{fault.times}回</li>"
        for fault in faults
    )
    clear = '<button name="order" value="clear">故障をやめる</button>' if rows else ""
    return (
        f'<ul>{rows}</ul><form method="post" action="{ORDER}"><p>{clear} '
        '<button name="order" value="reset">すべて最初に戻す</button></p></form>'
    )
