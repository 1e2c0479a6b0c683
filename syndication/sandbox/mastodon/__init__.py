"""Mastodon's API as https://docs.joinmastodon.org has it, on a port of its own: one server of many."""
