"""What the README says of the networks is what the connectors and the demo's networks say."""

from django.conf import settings

from syndication.sandbox.networks import NETWORKS
from tests.profilelink.networks_table import table, written

SANDBOX_PORT = 8001


def test_the_table_of_networks_is_that_of_the_connectors():
    assert written() == table(), "python -m tests.profilelink.networks_table writes it anew"


def test_it_says_what_to_type_for_each_network_of_the_demo_whose_members_name_a_server():
    readme = (settings.BASE_DIR / "README.md").read_text()
    on_ports = {each.key: each.port_offset for each in NETWORKS if each.port_offset}
    typed = {key: f"@hanako@127.0.0.1:{SANDBOX_PORT + port}" for key, port in on_ports.items()}
    typed["bluesky"] = "hanako.test"
    assert [words for words in typed.values() if f"`{words}`" not in readme] == []
