"""A browser of the staff: follows links and presses buttons by their words, as they stand on the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urljoin

from django.contrib.auth.models import Group as StaffGroup

from tests.making import make_member
from tests.page import Page, html_of
from tests.phone import computer


class StaffBrowser:
    """Logged in as somebody of a group. `pages` are all that were shown, for whoever looks at them."""

    def __init__(self, group: str, language: str) -> None:
        member = make_member(group.lower(), is_staff=True)
        member.groups.add(StaffGroup.objects.get(name=group))
        self._client = computer(member, HTTP_ACCEPT_LANGUAGE=language)
        self.pages: list[Page] = []

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def open(self, path: str) -> Page:
        return self._show(self._client.get(path, follow=True))

    def follow(self, words: str) -> Page:
        return self.open(urljoin(self.page.path, self.page.link(words).href))

    def press(self, button: str, **fields: str) -> Page:
        """The form with this button and these fields, sent as it stands but for what is typed."""
        form = self.page.form(button, set(fields))
        data: dict[str, Any] = {name: list(values) for name, values in form.fields.items()}
        data |= {name: [value] for name, value in fields.items()}
        found = form.button(button)
        if found and found[1]:
            data[found[1]] = [found[2]]
        action = urljoin(self.page.path, form.action or self.page.path)
        if form.method == "get":
            return self.open(f"{action}?{urlencode(data, doseq=True)}")
        return self._show(self._client.post(action, data, follow=True))

    def _show(self, answer: Any) -> Page:
        path = answer.wsgi_request.get_full_path()
        shown = Page(html_of(answer), status=answer.status_code, path=path, response=answer)
        assert shown.status == 200, path
        self.pages.append(shown)
        return shown
