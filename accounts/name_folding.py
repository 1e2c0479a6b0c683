r"""Folding of names for search: what people take for the same name gets the same text. Pure.

Folded are widths and compatibility forms (NFKC: ﾊﾅｺ, Ｔａｒｏ), upper and lower case, katakana and
hiragana, blanks and the dot between foreign names, forms of one kanji (VARIANTS, and the selectors that
choose between them). Readings are not: 花子 is not found by はなこ, for no name says how it is read.

Who changes what is folded adds a migration that folds the stored names anew, as
accounts/migrations/0016 does.
"""

from __future__ import annotations

import re
import unicodedata

# Forms of one kanji in names of people, by the one that keyboards offer first. Of the old forms of the
# 常用漢字表 those that stand in names, and forms of family registers (戸籍統一文字) that phones can type.
VARIANTS = {
    "高": "髙", "崎": "﨑嵜㟢", "辺": "邊邉", "斉": "斎齊齋", "沢": "澤", "浜": "濱濵", "島": "嶋嶌",
    "広": "廣", "国": "國", "桜": "櫻", "真": "眞", "恵": "惠", "徳": "德", "栄": "榮", "竜": "龍",
    "蔵": "藏", "条": "條", "富": "冨", "峰": "峯", "淵": "渕渊", "館": "舘", "円": "圓", "与": "與",
    "寿": "壽", "関": "關", "黒": "黑", "瀬": "瀨", "滝": "瀧", "曽": "曾", "野": "埜", "弥": "彌",
    "礼": "禮", "浅": "淺", "渋": "澁澀", "槙": "槇", "桑": "桒", "吉": "𠮷", "当": "當", "将": "將",
    "総": "總", "万": "萬", "会": "會", "実": "實", "桧": "檜", "柳": "栁", "橋": "𣘺槗", "児": "兒",
    "静": "靜", "亀": "龜", "来": "來", "穂": "穗", "豊": "豐", "祢": "禰", "園": "薗", "梅": "楳",
    "秋": "穐", "船": "舩", "気": "氣", "鉄": "鐵", "宝": "寶", "芦": "蘆", "鴎": "鷗", "頼": "賴",
    "塩": "鹽", "増": "增", "巌": "巖", "凛": "凜", "遥": "遙", "尭": "堯", "瑶": "瑤", "亘": "亙",
    "彦": "彥", "緑": "綠", "歩": "步", "温": "溫", "横": "橫", "郷": "鄕", "清": "淸", "青": "靑",
    "戸": "戶", "内": "內", "か": "ゕ", "け": "ゖ", "い": "ゐ", "え": "ゑ",
}  # fmt: skip

_FORMS = {ord(form): base for base, forms in VARIANTS.items() for form in forms}
# U+30A1 to U+30F6 stand 0x60 after their hiragana, ヽ and ヾ too; ヷ to ヺ have none of their own.
_KANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)}
_KANA_WITH_MARK = {0x30F7: "わ\u3099", 0x30F8: "い\u3099", 0x30F9: "え\u3099", 0x30FA: "を\u3099"}
_IN_ORDER = {**_KANA, **_KANA_WITH_MARK}
_BETWEEN_WORDS = re.compile(r"[\s・]+")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def fold_name(name: str) -> str:
    """The name as it is compared: equal for what people take for the same name. "" for no characters."""
    while (folded := _fold_once(name)) != name:
        name = folded
    return folded


def fold_last_word(name: str) -> str:
    """The last of the name's words, folded (花子 of 山﨑 花子); "" where there is one word only."""
    words = _BETWEEN_WORDS.split(unicodedata.normalize("NFKC", name).strip())
    return fold_name(words[-1]) if len(words) > 1 else ""


def _fold_once(name: str) -> str:
    # In this order for dots and blanks that NFKC makes, and marks that stand alone after it.
    text = unicodedata.normalize("NFKC", _SELECTORS.sub("", name)).casefold()
    text = _BETWEEN_WORDS.sub("", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf"))
    text = text.translate(_IN_ORDER).translate(_FORMS)
    return unicodedata.normalize("NFKC", text)
