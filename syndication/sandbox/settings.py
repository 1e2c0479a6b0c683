"""What `POST /_settings` can turn in a network: a dataclass of plain values each."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


class NetworkSettings:
    """The base of those dataclasses."""

    def change(self, values: dict[str, Any]) -> None:
        """Take new values. Raises ValueError for an unknown name or another type."""
        kinds = {each.name: type(getattr(self, each.name)) for each in fields(self)}  # type: ignore[arg-type]
        for name, value in values.items():
            if name not in kinds or type(value) is not kinds[name]:
                raise ValueError(f"there is no setting {name}={value!r}")
            setattr(self, name, value)
