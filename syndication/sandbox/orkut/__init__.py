"""Orkut until 2014: OpenSocial by JSON-RPC, OAuth 1.0a at Google Accounts.

The network is closed; what it did is known from the vendor's published client (orkut-os-client) and
from OpenSocial 0.9 (https://opensocial.github.io/spec/0.9/). Limits that nobody wrote down are ours.
"""
