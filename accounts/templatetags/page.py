"""`{% page %} head {% body %} body {% endpage %}`: the head knows whether the body has a form.

The style of forms is a third of a page's style, and pages that are read and not filled in do without it.
"""

from __future__ import annotations

from django import template
from django.template.base import NodeList, Parser, Token
from django.utils.safestring import SafeString

register = template.Library()


class PageNode(template.Node):
    """Renders the body first; the head then finds `has_form`."""

    child_nodelists = ("head", "body")

    def __init__(self, head: NodeList, body: NodeList) -> None:
        self.head = head
        self.body = body

    def render(self, context: template.Context) -> SafeString:
        body = self.body.render(context)
        with context.push(has_form="<form" in body):
            return self.head.render(context) + body


@register.tag
def page(parser: Parser, token: Token) -> PageNode:
    head = parser.parse(("body",))
    parser.delete_first_token()
    body = parser.parse(("endpage",))
    parser.delete_first_token()
    return PageNode(head, body)
