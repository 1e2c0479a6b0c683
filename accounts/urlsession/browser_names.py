"""The stable part of a User-Agent: names of model, system and engine.

A session in an address is bound to these. Version numbers are left out, or every update of a
browser would log its people out; so are the parts that change within one phone (size of the characters,
the terminal's size) or name the one handset (serial number, SIM card).
"""

from __future__ import annotations

import re

_SERIAL = re.compile(r"/SN[0-9A-Za-z]+|[;/](?:ser|icc)[0-9A-Za-z]+")
_PARENTHESES = re.compile(r"\([^)]*\)")

# Where a phone says its model (group 1), for those that do not say it as a product of its own.
_MODELS = tuple(
    map(
        re.compile,
        (
            r"DoCoMo/\d\.\d[ /]([A-Za-z0-9]+)",  # DoCoMo/1.0/F505i/c20/TB/W20H10
            r"\(([A-Za-z0-9]+);FOMA;",  # the full browsers of FOMA phones
            r"UP\.Browser/\S*-(\w{4})\b",
            r"(?:J-PHONE|Vodafone|SoftBank)/[^/]+/([^/ ]+)",
            r"\((?:WILLCOM|DDIPOCKET);([^/;)]+/[^/;)]+)",
            # Android; K; Build/…: old browsers say a language before the model.
            r"Android[^;)]*; ?(?:[a-z]{2}[-_][A-Za-z]{2}; ?)?([^;)]+?)(?: Build/[^;)]*)?[;)]",
            r"\(Mobile; (?!rv:)([^;/)]+(?:/[^;/)]+)?)",  # KaiOS; the maker's build may follow
        ),
    )
)
_SYSTEMS = ("iPhone", "iPad", "Android", "KAIOS", "Windows", "Macintosh", "CrOS", "Linux")
_ENGINES_IN_PARENTHESES = ("MSIE", "Trident")


def browser_names(user_agent: str) -> str:
    """Names of model, system and products, without versions; "" for a browser that says nothing.

    Opera Mini is that name alone: its servers write the parentheses, with whichever version and
    platform the one that answers has.
    """
    if "Opera Mini" in user_agent:
        return "Opera Mini"
    text = _SERIAL.sub("", user_agent)
    return " ".join(
        [_model(text), *_names_in(text, (*_SYSTEMS, *_ENGINES_IN_PARENTHESES)), *_products(text)]
    )


def _model(text: str) -> str:
    found = (pattern.search(text) for pattern in _MODELS)
    return next((match[1] for match in found if match), "")


def _names_in(text: str, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if name in text]


def _products(text: str) -> list[str]:
    """Product names without versions: `Chrome/140.0` is "Chrome"."""
    names = [word.partition("/")[0] for word in _PARENTHESES.sub(" ", text).split()]
    return [name for name in names if name[:1].isalpha()]
