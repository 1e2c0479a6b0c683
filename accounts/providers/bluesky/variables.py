"""Bluesky's environment variables (BLUESKY_<NAME>). There is no registration: see `client`."""

VARIABLES = {
    "api_url": "https://bsky.social",  # asked whom a handle names
    "plc_url": "https://plc.directory",  # knows the servers of did:plc
    "web_url": "https://bsky.app",  # shows posts and profiles to people
}
