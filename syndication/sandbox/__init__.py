"""Sandbox: simulated networks on loopback, for the demo and the tests.

A second witness. Everything here is written from the vendors' pages, never from our connectors,
with the standard library alone; the tests show that both sides agree. It
holds its state in memory, behaves as the real network does (limits, errors, times, odd shapes),
and fails on demand (`POST /_faults`).

Reading what a network received, and ordering faults, is the fixed part: see `control`. A network is one
class (`network.Network`) in a package of its own beside this module.
"""
