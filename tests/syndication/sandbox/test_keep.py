"""What the networks know outlasts a restart of the demo."""

from __future__ import annotations

from pathlib import Path

from syndication.sandbox.mixi.network import Mixi
from syndication.sandbox.network import World, demo_people
from syndication.sandbox.server import Sandbox


def a_sandbox(site: str = "http://testserver") -> Sandbox:
    return Sandbox(World(site=site, people=demo_people()))


def mixi_of(sandbox: Sandbox) -> Mixi:
    mixi = sandbox.networks["mixi"]
    assert isinstance(mixi, Mixi)
    return mixi


def test_a_restarted_sandbox_still_knows_what_it_knew(tmp_path: Path) -> None:
    before = a_sandbox()
    mixi_of(before).add_friends("hanako", 7)
    before.keep(tmp_path / "kept")
    after = a_sandbox()
    after.take_up(tmp_path / "kept")
    known, fresh = mixi_of(after).account("hanako"), mixi_of(a_sandbox()).account("hanako")
    assert len(known.friends) == len(fresh.friends) + 7


def test_what_was_kept_for_another_site_or_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    before = a_sandbox("http://elsewhere")
    mixi_of(before).add_friends("hanako", 7)
    before.keep(tmp_path / "kept")
    (tmp_path / "broken").write_bytes(b"not a pickle")
    after = a_sandbox()
    for name in ("kept", "broken", "missing"):
        after.take_up(tmp_path / name)
    fresh = mixi_of(a_sandbox()).account("hanako")
    assert len(mixi_of(after).account("hanako").friends) == len(fresh.friends)
