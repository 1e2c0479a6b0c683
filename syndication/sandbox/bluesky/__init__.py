"""Bluesky on a server of one's own, written from https://atproto.com/specs and https://docs.bsky.app.

One port is everything that the AT Protocol spreads over several hosts: the account's server (PDS),
its authorization server, the directory of DIDs (PLC) and the AppView.
"""
