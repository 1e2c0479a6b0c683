"""QR codes that phones of 2003 can read: version 4 at most, level M, 4 cells of margin.

Black on white in two colours, without a logo; 3 or 4 pixels a cell. 402 of 402 old docomo phones
read GIF and no PNG, J-PHONE's the other way round, so both are made.
"""

import base64
import io
from collections.abc import Mapping
from typing import Literal

import qrcode
from PIL import Image

QrFormat = Literal["PNG", "GIF"]

# 33 cells: what a fixed-focus camera of 110,000 pixels resolves on a screen.
MAX_QR_VERSION = 4
MARGIN = 4  # cells; the standard asks for 4

_CLASSIC_DOCOMO = ("DoCoMo/1", "DoCoMo/2")


def qr_version(address: str) -> int:
    """Version of the QR code for an address: it has 17 + 4 × version cells a side."""
    return int(_code(address, cell=1).version)


def qr_picture(address: str, *, qr_format: QrFormat = "PNG", cell: int = 4) -> bytes:
    """The QR code of an address as a picture file, `cell` pixels to a cell."""
    drawn: Image.Image = _code(address, cell=cell).make_image().get_image().convert("1")
    out = io.BytesIO()
    if qr_format == "GIF":
        drawn = drawn.convert("L").quantize(2)  # a table of two colours instead of 256
    drawn.save(out, qr_format, optimize=True)
    return out.getvalue()


def qr_data_uri(address: str, *, qr_format: QrFormat = "PNG", cell: int = 4) -> str:
    """The QR code as a data URI: no second request, and no address that could leak."""
    content = base64.b64encode(qr_picture(address, qr_format=qr_format, cell=cell)).decode()
    return f"data:image/{qr_format.lower()};base64,{content}"


def qr_format_for(headers: Mapping[str, str]) -> QrFormat:
    """The format that a browser reads: GIF where it says so, or is an old docomo phone."""
    if headers.get("User-Agent", "").startswith(_CLASSIC_DOCOMO):
        return "GIF"
    accept = headers.get("Accept", "")
    return "GIF" if "image/gif" in accept and "image/png" not in accept else "PNG"


def _code(address: str, *, cell: int) -> qrcode.QRCode:
    code: qrcode.QRCode = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=cell, border=MARGIN
    )
    # One segment: with the library's own splitting the version would depend on the random code.
    code.add_data(address, optimize=0)
    code.make(fit=True)
    return code
