"""Misskey's API as https://misskey-hub.net and its own api.json have it, on a port of its own."""
