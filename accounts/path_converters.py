"""Path converters of our URLs."""

from django.urls import register_converter
from django.urls.converters import IntConverter


class KeyConverter(IntConverter):
    """Primary key of at most 18 digits, which fit a BIGINT; a longer number is a 404.

    Django's own `int` takes any number, and databases fail on one that no column can hold.
    """

    regex = "[0-9]{1,18}"


register_converter(KeyConverter, "key")
