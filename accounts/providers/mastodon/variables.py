"""Mastodon needs no variables: we register with each server when its first member names it."""

VARIABLES: dict[str, str] = {}
