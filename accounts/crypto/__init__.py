"""Secrets: encryption at rest, DPoP signatures, one-time codes. No models and no requests.

`dpop` is pure, without Django: connectors sign with it, too.
"""
