"""The network whose copies can be changed, for every test of this folder that asks for it."""

from tests.syndication.slate import slate

__all__ = ["slate"]
