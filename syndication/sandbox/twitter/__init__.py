"""Twitter (X), API v2 as https://docs.x.com has it."""
