"""The networks, played on loopback: for the demo, for the tests, for whoever has no account there.

A second witness. Everything here is written from the vendors' pages, never from our connectors,
with nothing but the standard library; that both sides agree is what the tests then show. It
holds its state in memory, does what the real network does (limits, errors, times, odd shapes),
and does wrong on demand (`POST /_faults`).

What a network received, and how to break it, is the fixed part: see `control`. A network is one
class (`network.Network`) in a package of its own beside this module.
"""
