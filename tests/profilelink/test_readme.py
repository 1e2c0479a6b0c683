"""What the README says of the networks is what the connectors and the demo's networks say."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from syndication.sandbox.networks import NETWORKS
from tests.profilelink.networks_table import table, written

SANDBOX_PORT = 8001
PARTS = ["syndication/sandbox", "syndication/connectors", "accounts/providers"]


def test_the_table_of_networks_is_that_of_the_connectors():
    assert written() == table(), "python -m tests.profilelink.networks_table writes it anew"


def test_it_says_what_to_type_for_each_network_of_the_demo_whose_members_name_a_server():
    readme = (settings.BASE_DIR / "README.md").read_text()
    on_ports = {each.key: each.port_offset for each in NETWORKS if each.port_offset}
    typed = {key: f"@hanako@127.0.0.1:{SANDBOX_PORT + port}" for key, port in on_ports.items()}
    typed["bluesky"] = "hanako.test"
    assert [words for words in typed.values() if f"`{words}`" not in readme] == []


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ("Twitter/X takes ", " lines", [*PARTS, "tests"]),
        ("", " of sandbox", ["syndication/sandbox"]),
        ("", " of\nconnector", ["syndication/connectors"]),
        ("", " of provider", ["accounts/providers"]),
        ("", " of tests", ["tests"]),
        ("GNU social, has ", ",", [*PARTS, "tests"]),
        ("mixi, ", r"\.\n", [*PARTS, "tests"]),
    ],
)
def test_it_says_how_long_a_network_is(before, after, places):
    """Within a tenth: whoever adds one should know what comes."""
    readme = (settings.BASE_DIR / "README.md").read_text()
    key = {"GNU social, has ": "gnusocial", "mixi, ": "mixi"}.get(before, "twitter")
    said = re.search(
        rf"{re.escape(before)}([\d,]+){after}", readme.partition("## Add a network")[2]
    )[1]
    files = [path for place in places for path in modules(settings.BASE_DIR / place, key)]
    lines = sum(len(path.read_text().splitlines()) for path in files)
    assert int(said.replace(",", "")) == pytest.approx(lines, rel=0.1)


def modules(folder: Path, key: str) -> list[Path]:
    """The modules that are a network's own: in a folder of its name, or named by it."""
    named = re.compile(rf"(test_\w*?)?{key}(_\w+)?\.py")
    found = [path for path in folder.rglob("*.py") if named.fullmatch(path.name)]
    return [*found, *(folder / key).glob("*.py")]
