"""What every connector must do, as tests to inherit.

    class TestMixi(ConnectorContract):
        network = MixiOnTheSandbox

A subclass says only how its network is reached (tests.syndication.connectors.network.Network).
"""

from __future__ import annotations

import pytest

from syndication.connectors.base import Connector
from tests.syndication.connectors.contract_edit import EditContract
from tests.syndication.connectors.contract_revoke import RevokeContract
from tests.syndication.connectors.contract_sandbox import SandboxContract
from tests.syndication.connectors.contract_wire import WireContract
from tests.syndication.connectors.network import Network


class ConnectorContract(SandboxContract, WireContract, EditContract, RevokeContract):
    """Inherit, and set `network`."""

    network: type[Network]

    @pytest.fixture
    def net(self, sandbox) -> Network:
        return self.network(sandbox)

    @pytest.fixture
    def connector(self, net) -> Connector:
        return net.connector()
