"""The computer's page of a phone login, as a person and a camera read it."""

import base64
import io
import re

import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.page import Page, html_of
from tests.phone import PhoneClient


def press(client: Client, **fields: str) -> Page:
    """A button on the computer's page."""
    response = client.post(reverse("phone_login"), fields)
    return Page(html_of(response), status=response.status_code, path="/phones/login/")


def show_code(client: Client) -> tuple[Page, str, str]:
    """The computer's page, the address that a camera reads off it, and the code in its form."""
    page = press(client)
    return page, scan(page), page.form("Show the numbers", set()).fields["code"][0]


def scan(page: Page) -> str:
    """What a camera reads; the path, as phones of the tests open paths."""
    content = base64.b64decode(page.sources[0].partition("base64,")[2])
    with Image.open(io.BytesIO(content)) as picture:
        (read,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert read.text.startswith("http://testserver/q/")
    return read.text.removeprefix("http://testserver")


def number_on(page: Page) -> str:
    found = re.search(r"Your number: (\d\d)", page.text)
    assert found, page.text
    return found[1]


def numbers_on(page: Page) -> list[str]:
    return [value for _label, name, value in page.forms[0].buttons if name == "number"]


def opened_and_picked(client: Client, phone: PhoneClient) -> None:
    """Until the phone may press Continue."""
    _page, path, code = show_code(client)
    number = number_on(phone.get(path))
    assert "Now press Continue" in press(client, code=code, number=number)
