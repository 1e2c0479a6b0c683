"""Replies and likes that come back from networks for the member's copies.

`schedule` says when a copy is looked at, `reading` asks the network, `storage` keeps what it said.
"""
