"""Map charset labels such as "ks_c_5601-1987" to Python codecs.

Labels are those of the WHATWG Encoding Standard (https://encoding.spec.whatwg.org/#names-and-labels),
as `webencodings` lists them: what is called gb2312 holds GBK, what is called euc-kr or
ks_c_5601-1987 holds Windows code page 949. No other codec is ever looked up: some of Python's
decompress, evaluate escapes, or take half a minute for a page.
"""

from __future__ import annotations

from webencodings import lookup

UTF_8 = "utf-8"
SHIFT_JIS = "cp932"
JIS = "iso2022_jp"
EUC_JP = "euc_jp"
WESTERN = "cp1252"

# Where Python's codec of the same name holds fewer characters than the standard's.
_WIDER = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "iso-2022-jp": JIS,
    "euc-jp": EUC_JP,
    "iso-8859-8-i": "iso-8859-8",
    "macintosh": "mac-roman",
    "shift_jis": SHIFT_JIS,
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac-cyrillic",
}
# Names that mail programs write and the standard does not know.
_OF_MAILS = {
    "cp932": SHIFT_JIS,
    "cp51932": EUC_JP,
    "euc_jis_2004": "euc_jis_2004",
    "eucjp": EUC_JP,
    "eucjp-ms": EUC_JP,
    "shift-jis": SHIFT_JIS,
    "cp949": "cp949",
    "x-windows-949": "cp949",
    "cp936": "gb18030",
    "iso-2022-kr": "iso2022_kr",
    "x-euc": EUC_JP,
}
_NONE = {"x-user-defined", "replacement"}


def codec_for_label(label: str) -> str:
    """Return the Python codec for `label`, "" where no charset has that label."""
    label = label.strip().strip("\"'").lower()
    found = lookup(label)
    if found is None or found.name in _NONE:
        return _OF_MAILS.get(label, "")
    name: str = found.name
    return _WIDER.get(name, name.replace("windows-", "cp"))
