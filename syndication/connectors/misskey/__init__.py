"""Misskey and its kin: https://misskey-hub.net/en/docs/for-developers/api/."""

from syndication.connectors.misskey.connector import Misskey

__all__ = ["Misskey"]
