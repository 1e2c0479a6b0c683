"""mixi's codes for the pictograms of feature phones, `[i:150]`, as characters that can be read.

`i` counts DoCoMo's list, `e` au's, `s` SoftBank's (networks.md 1.7). The table holds what people
write most in DoCoMo's; all else becomes 〓, as Japanese mail has shown what it could not print.
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
    """`text` with each pictogram code replaced by a character."""
    return _CODE.sub(_sign, text)


def _sign(code: re.Match[str]) -> str:
    return _DOCOMO.get(int(code[2]), GETA) if code[1] == "i" else GETA
