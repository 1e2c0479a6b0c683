"""Template loading: drop the line breaks and the indentation that templates are written with.

The rule is JSX's, so that an editor which strips blanks at line ends cannot change a page: a line
break next to a tag (`<p>`, `{% if %}`, `{# #}`) is nothing, any other is one blank. A blank that
must stand where a line ends is written `{{ " " }}`. This costs no request anything: Django's cached
loader keeps what was parsed. Left as they are: `.txt`, which is mail; `<pre>`, `<textarea>`; and
`{% blocktranslate %}`, whose option `trimmed` joins its own lines.

A minifier lost: it drops quotes that old phones may need, and cannot read Django's tags.
"""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

_HTML = re.compile(
    r"""(?P<kept>\{%\ blocktranslate\b.*?\{%\ endblocktranslate\ %\}|<(pre|textarea)\b.*?</\2>)
    | \{\#[^\n]*?\#\}                                           # a comment
    | (?:\A | (?<=>) | (?<=[%\#]\}) | (?<="\ \}\})) \s*\n\s*    # a line break after a tag
    | \s*\n\s* (?=< | \{[%\#] | \{\{\ "\ " | \Z)                # and before one
    | (?P<blank>\{\{\ "\ "\ \}\} | \s*\n\s*)""",
    re.DOTALL | re.VERBOSE,
)
_CSS = re.compile(r"\s*/\*.*?\*/\s*|\s*([{};])\s*|(?<=[:,])\s+", re.DOTALL)


class Loader(filesystem.Loader):
    """The templates of the project's own folders (DIRS); installed apps keep their own loader."""

    def get_contents(self, origin: Origin) -> str:
        source = super().get_contents(origin)
        if origin.name.endswith(".css"):
            return _CSS.sub(r"\1", source).replace(";}", "}")
        if origin.name.endswith(".html"):
            return _HTML.sub(lambda m: m["kept"] or (" " if m["blank"] else ""), source)
        return source
