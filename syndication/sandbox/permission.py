"""Permission page: name, password, allow or deny, in one form for any browser.

Without cookies and scripts: the request is stored under a key in the form.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Generic, TypeVar

from syndication.sandbox.html import page
from syndication.sandbox.http import BadBody, Reply, Request
from syndication.sandbox.social_graph import Account, SocialGraph

Asked = TypeVar("Asked")


@dataclass
class Permission(Generic[Asked]):
    """The page of one network. `decided` receives the request and who consented (None: denied)."""

    title: str
    graph: SocialGraph
    decided: Callable[[Asked, Account | None], Reply]
    waiting: dict[str, Asked] = field(default_factory=dict)

    def ask(self, request: Request, asked: Asked, *, app: str, wants: list[str]) -> Reply:
        """Return the page for a valid request."""
        key = secrets.token_hex(16)
        self.waiting[key] = asked
        return self._form(request, key, app, wants)

    def answer(self, request: Request) -> Reply:
        """Handle the submitted form."""
        try:
            form = request.form()
        except BadBody:
            return self.refused("リクエストを読み取れません。")
        key = form.get("key", "")
        asked = self.waiting.get(key)
        if asked is None:
            return self.refused("この画面の有効期限が切れました。もう一度やり直してください。")
        if "deny" in form:
            del self.waiting[key]
            return self.decided(asked, None)
        account = self.graph.login(form.get("name", "").strip(), form.get("password", ""))
        if account is None:
            wants = form.get("wants", "").split("\n")
            return self._form(request, key, form.get("app", ""), wants, wrong=form.get("name", ""))
        del self.waiting[key]
        return self.decided(asked, account)

    def refused(self, words: str, *, status: int = 200) -> Reply:
        """Return an error page; an invalid request is never redirected."""
        return page(f"{self.title}（サンドボックス）", f"<p>{escape(words)}</p>", status=status)

    def _form(
        self, request: Request, key: str, app: str, wants: list[str], *, wrong: str | None = None
    ) -> Reply:
        said = "" if wrong is None else "<p><b>名前またはパスワードが正しくありません。</b></p>"
        scopes = "".join(f"<li>{escape(each)}</li>" for each in wants)
        hidden = {"key": key, "app": app, "wants": "\n".join(wants)}
        kept = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">'
            for name, value in hidden.items()
        )
        return page(
            f"{self.title}（サンドボックス）",
            f"<p>{escape(app)} があなたのアカウントの利用を求めています。</p><ul>{scopes}</ul>{said}"
            f'<form method="post" action="{escape(request.root + request.path)}">{kept}'
            '<p><label for="name">ユーザー名</label><br><input id="name" name="name" '
            f'value="{escape(wrong or "")}"></p>'
            '<p><label for="password">パスワード</label><br>'
            '<input type="password" id="password" name="password"></p>'
            '<p><input type="submit" name="accept" value="承認"> '
            '<input type="submit" name="deny" value="拒否"></p></form>',
        )
