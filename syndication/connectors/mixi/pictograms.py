"""Decode mixi's pictogram codes (`[i:150]`) into characters.

`i` counts DoCoMo's list, `e` au's, `s` SoftBank's. The table holds the most
common ones of DoCoMo; all others become 〓, the usual sign in Japanese mail for unprintable ones.
"""

from __future__ import annotations

import re

GETA = "〓"

_CODE = re.compile(r"\[([ies]):(\d{1,4})\]")

_ROWS = {
    1: "☀☁☔⛄⚡🌀🌁🌂♈♉♊♋♌♍♎♏♐♑♒♓",
    21: "🎽⚾⛳🎾⚽🎿🏀🏁📟🚃Ⓜ🚄🚗🚙🚌🚢✈🏠🏢🏣",
    41: "🏥🏦🏧🏨🏪⛽🅿🚥🚻🍴☕🍸🍺🍔👠✂🎤🎥↗🎠",
    61: "🎧🎨🎩🎪🎫🚬🚭📷👜📖🎀🎁🎂☎📱📝📺🎮💿♥",
    81: "♠♦♣👀👂✊✌✋↘↖👣👟👓♿🌑🌔🌓🌙🌕🐶",
    101: "🐱⛵🎄↙",
    136: "❤💓💔💕😃😠😞😖😵⤴🎵♨💠💋✨💡💢👊💣🎶⤵💤",
}
_DOCOMO = {first + place: sign for first, row in _ROWS.items() for place, sign in enumerate(row)}


def decode_pictograms(text: str) -> str:
    """Replace each pictogram code in `text` by a character."""
    return _CODE.sub(_sign, text)


def _sign(code: re.Match[str]) -> str:
    return _DOCOMO.get(int(code[2]), GETA) if code[1] == "i" else GETA
