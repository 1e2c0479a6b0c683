"""`{% page %} head {% body %} body {% endpage %}`: the head knows whether the body has a form, fields, and ticks.

The styles of buttons and of fields are half of a page's style. Pages that are read do without both, and
pages with buttons alone (a post with its Like, a list with Clear) without the fields'.
"""

from __future__ import annotations

import re

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString

register = template.Library()

# Also the numbers that are compared with a phone's, and a QR code.
_FIELD = re.compile(
    r"""<(?:select|textarea|summary|input(?! type=.(?:hidden|submit)))\b|class="b"|src="data:"""
)
_TICK = re.compile(r'type="checkbox"|class="b"')


class PageNode(template.Node):
    """Renders the body first; the head then finds `has_form`, `has_fields` and `has_ticks`."""

    child_nodelists = ("head", "body")

    def __init__(self, head: NodeList, body: NodeList) -> None:
        self.head = head
        self.body = body

    def render(self, context: template.Context) -> SafeString:
        body = self.body.render(context)
        has_fields = _FIELD.search(body) is not None
        has_ticks = _TICK.search(body) is not None
        with context.push(has_form="<form" in body, has_fields=has_fields, has_ticks=has_ticks):
            return self.head.render(context) + body


@register.tag
def page(parser: Parser, token: Token) -> PageNode:
    head = parser.parse(("body",))
    parser.delete_first_token()
    body = parser.parse(("endpage",))
    parser.delete_first_token()
    return PageNode(head, body)
