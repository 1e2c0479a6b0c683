"""Views whose forms take files. Every other view gets no multipart body: see profilelink.middleware.reject_multipart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def accepts_files(view: View) -> View:
    """Mark a view whose form may be multipart/form-data. Other decorators keep the mark."""
    view.accepts_files = True  # type: ignore[attr-defined]
    return view
