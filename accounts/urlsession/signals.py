"""Signals about sessions, for those who store session keys."""

from django.dispatch import Signal

# A logged-in session goes on under another key. Sent with old and new: session keys (hashes).
session_key_changed = Signal()
