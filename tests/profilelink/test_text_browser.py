"""Every page as w3m lays it out: an element that is left open makes each line start further right."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.profilelink.album import Shown

DEEPEST = 12  # columns: a list within a list, and the field of a form

needs_w3m = pytest.mark.skipif(shutil.which("w3m") is None, reason="w3m is not installed")


def laid_out(html: bytes) -> list[str]:
    command = ["w3m", "-dump", "-T", "text/html", "-I", "utf-8", "-O", "utf-8", "-cols", "40"]
    said = subprocess.run(command, input=html, capture_output=True, check=True, timeout=60)
    return said.stdout.decode().splitlines()


def deepest(lines: list[str]) -> int:
    """The widest indentation of a line; centred or right-aligned text there is none."""
    return max((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)


@needs_w3m
@pytest.mark.django_db
def test_no_page_is_a_staircase(albums: dict[str, list[Shown]]) -> None:
    pages = [shown for album in albums.values() for shown in album]
    assert len(pages) > 100
    steps = {shown.name: deepest(laid_out(shown.page.html.encode())) for shown in pages}
    assert {name: depth for name, depth in steps.items() if depth > DEEPEST} == {}


@needs_w3m
def test_an_open_element_would_be_seen() -> None:
    entries = "".join(f"<dt>Taro<dd><a href=/{n}/>hello</a>" for n in range(5))
    assert deepest(laid_out(f"<dl>{entries}</dl>".encode())) > DEEPEST
