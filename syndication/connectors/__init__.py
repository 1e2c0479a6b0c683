"""The networks that a member can link, one line each."""

from syndication.connectors.base import Connector
from syndication.connectors.mixi import Mixi

CONNECTORS: dict[str, type[Connector]] = {
    Mixi.key: Mixi,
}
