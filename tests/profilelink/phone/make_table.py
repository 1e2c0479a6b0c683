"""Writes the data of profilelink/phone anew from Unicode's own files. Run it by hand:

    python tests/profilelink/phone/make_table.py

It reads what Debian's packages unicode-data and unicode-cldr-core install below
/usr/share/unicode, or below the folder that is given.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

PRODUCT = Path(__file__).resolve().parents[3] / "profilelink" / "phone"
A_LINE = 4  # rows to a line of the module

HEAD = '''"""Unicode's table of the carriers' pictograms, EmojiSources.txt 15.0: 722 rows. Data only.

A row is Unicode;docomo;au;SoftBank: code points joined by +, then each carrier's Shift_JIS code,
empty where it has no such sign. Written by tests/profilelink/phone/make_table.py.

© 2022 Unicode, Inc. Unicode and the Unicode Logo are registered trademarks of Unicode, Inc. in the
U.S. and other countries. The data files are used under Unicode's licence, which gives everybody the
right to use, copy, change and pass them on with this notice: https://www.unicode.org/license.txt
"""

ROWS = """
'''

NAMES_HEAD = """\
# The Japanese short names of emoji: sign, space, name. From Unicode's CLDR 41, annotations/ja.xml
# and annotationsDerived/ja.xml, written by tests/profilelink/phone/make_table.py.
# © 1991-2022 Unicode, Inc. Used under Unicode's licence, which gives everybody the right to use,
# copy, change and pass on with this notice: https://www.unicode.org/license.txt
"""


def main(unicode_folder: Path) -> None:
    rows = list(_rows(unicode_folder / "EmojiSources.txt"))
    lines = [" ".join(rows[at : at + A_LINE]) for at in range(0, len(rows), A_LINE)]
    (PRODUCT / "emoji_rows.py").write_text(HEAD + "\n".join(lines) + '\n"""\n', encoding="utf-8")
    names = _names(unicode_folder / "cldr" / "common")
    text = NAMES_HEAD + "".join(f"{sign} {name}\n" for sign, name in names.items())
    (PRODUCT / "emoji_names_ja.txt").write_text(text, encoding="utf-8")


def _rows(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return [line.replace(" ", "+") for line in kept]


def _names(folder: Path) -> dict[str, str]:
    """Each sign that Shift_JIS lacks, without variation selectors and skin tones, with its name.

    A name that two signs share goes to the first of them: a name must lead back to one sign.
    """
    names: dict[str, str] = {}
    for part in ("annotations", "annotationsDerived"):
        tree = ElementTree.parse(folder / part / "ja.xml")
        for entry in tree.iter("annotation"):
            sign = (entry.get("cp") or "").replace("\ufe0f", "")
            name = (entry.text or "").strip()
            if entry.get("type") == "tts" and _is_wanted(sign) and name not in names.values():
                names.setdefault(sign, name)
    return names


def _is_wanted(sign: str) -> bool:
    has_tone = any("\U0001f3fb" <= letter <= "\U0001f3ff" for letter in sign)
    is_keycap = sign.endswith("\u20e3")
    if (has_tone and len(sign) > 1) or is_keycap or max(sign, default="") < "\u2190":
        return False
    try:
        sign.encode("cp932")
    except UnicodeEncodeError:
        return True
    return False


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"))
