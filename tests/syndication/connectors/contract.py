"""What every connector must do, as tests to inherit.

    class TestMixi(ConnectorContract):
        network = MixiOnTheSandbox

A subclass says only how its network is reached (tests.syndication.connectors.network.Network). Where
copies can be changed it inherits EditContract, too, where an access can be given back RevokeContract,
where posts can be answered or liked, from here or there, RepliesContract.
"""

from __future__ import annotations

import pytest

from syndication.connectors.base import Connector
from tests.scripted_server import answer, playing
from tests.syndication.connectors.contract_edit import EditContract
from tests.syndication.connectors.contract_replies import RepliesContract
from tests.syndication.connectors.contract_revoke import RevokeContract
from tests.syndication.connectors.contract_sandbox import SandboxContract
from tests.syndication.connectors.contract_wire import WireContract
from tests.syndication.connectors.network import Network


class ConnectorContract(SandboxContract, WireContract):
    """Inherit, and set `network`."""

    network: type[Network]

    @pytest.fixture
    def net(self, sandbox) -> Network:
        return self.network(sandbox)

    @pytest.fixture
    def connector(self, net) -> Connector:
        return net.connector()

    def test_what_only_some_networks_can_is_shown_where_they_can(self, net):
        connector = net.connector_class
        assert isinstance(self, EditContract) == bool(connector.can_edit)
        assert isinstance(self, RevokeContract) == connector.can_revoke
        has_talk = connector.can_reply() or connector.can_like or connector.brings_replies
        assert isinstance(self, RepliesContract) == bool(has_talk)

    def test_who_cannot_give_an_access_back_asks_nothing(self, net):
        with playing(answer("{}")) as server:
            if not net.connector_class.can_revoke:
                net.scripted(server).revoke()
            assert server.received == []
