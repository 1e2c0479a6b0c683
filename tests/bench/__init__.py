"""Measurements: `python -m tests.bench queue`."""
