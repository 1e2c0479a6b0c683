"""What the README says of the networks is what the connectors say."""

from tests.profilelink.networks_table import table, written


def test_the_table_of_networks_is_that_of_the_connectors():
    assert written() == table(), "python -m tests.profilelink.networks_table writes it anew"
