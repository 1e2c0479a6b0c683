"""Django's test client that sends forms as browsers do: as multipart only where there is a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.test import Client
from django.test.client import encode_multipart

BOUNDARY = "BoUnDaRyStRiNg"


class FormClient(Client):
    def post(self, path: str, data: Any = None, content_type: str = "", **extra: Any) -> Any:
        if not content_type:
            data, content_type = encoded(data or {})
        return super().post(path, data, content_type=content_type, **extra)


def encoded(data: Mapping[str, Any]) -> tuple[Any, str]:
    """The body of a form, and its type."""
    values = [one for many in data.values() for one in (many if isinstance(many, list) else [many])]
    if any(isinstance(value, UploadedFile) or hasattr(value, "read") for value in values):
        return encode_multipart(BOUNDARY, data), f"multipart/form-data; boundary={BOUNDARY}"
    return urlencode(data, doseq=True), "application/x-www-form-urlencoded"
