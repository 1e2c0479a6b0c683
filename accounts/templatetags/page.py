"""`{% page %} head {% body %} body {% endpage %}`: the head knows whether the body has a form, and fields.

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


class PageNode(template.Node):
    """Renders the body first; the head then finds `has_form` and `has_fields`."""

    child_nodelists = ("head", "body")

    def __init__(self, head: NodeList, body: NodeList) -> None:
        self.head = head
        self.body = body

    def render(self, context: template.Context) -> SafeString:
        body = self.body.render(context)
        has_fields = _FIELD.search(body) is not None
        with context.push(has_form="<form" in body, has_fields=has_fields):
            return self.head.render(context) + body


@register.tag
def page(parser: Parser, token: Token) -> PageNode:
    head = parser.parse(("body",))
    parser.delete_first_token()
    body = parser.parse(("endpage",))
    parser.delete_first_token()
    return PageNode(head, body)
