"""Parts of addresses that our routes take."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class KeyConverter(IntConverter):
    """A primary key: at most 18 digits, which fit a BIGINT. A longer number is no address of ours (404).

    Django's own `int` takes any number, and databases fail on one that no column can hold.
    """

    regex = "[0-9]{1,18}"


register_converter(KeyConverter, "key")
