"""Misskey needs no variables: MiAuth registers nobody."""

VARIABLES: dict[str, str] = {}
