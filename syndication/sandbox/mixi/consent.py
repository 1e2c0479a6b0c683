"""The permission page (利用同意): connect_authorize.pl, for each class of device.

There is no redirect_uri in the request: mixi sends the browser to the one registered address.
The page works without cookies: `post_key` carries the request, and whoever has no session at mixi
types name and password into the same form (the dossier's login.pl first: setting `login_first`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from urllib.parse import urlencode

from syndication.sandbox.http import BadBody, Reply, Request, redirect
from syndication.sandbox.mixi import markup
from syndication.sandbox.mixi.grants import SCOPES, MixiGrant
from syndication.sandbox.mixi.login import viewer
from syndication.sandbox.mixi.rows import MixiAccount
from syndication.sandbox.mixi.state import MixiState

ALWAYS = "今後、このサービスに対して常に同意する"

_WRONG = "<p><b>ログイン名またはパスワードが正しくありません。</b></p>"

Frame = Callable[[str, str], Reply]


@dataclass(frozen=True)
class ConsentRequest:
    """An authorization request that was found good, until its form is sent."""

    scopes: frozenset[str]
    scope: str
    state: str
    server_state: str
    address: str


class Consent:
    """Both addresses of the permission page, and the requests that wait for an answer."""

    def __init__(self, state: MixiState) -> None:
        self._state = state
        self._asked: dict[str, ConsentRequest] = {}

    def on_pc(self, request: Request) -> Reply:
        """`/connect_authorize.pl`: computers, and touch phones by `display`."""
        settings = self._state.settings
        if request.method == "GET" and settings.login_first and not viewer(self._state, request):
            return redirect(_login_address(request.root, _address(request)))
        return self._answer(request, markup.touch_or_pc, "utf-8")

    def on_keitai(self, request: Request) -> Reply:
        """`/m/connect_authorize.pl`: feature phones, which send back Shift_JIS."""
        return self._answer(request, markup.keitai, markup.KEITAI_ENCODING)

    def _answer(self, request: Request, frame: Frame, encoding: str) -> Reply:
        try:
            if request.method == "POST":
                return self._decide(request, frame, request.form(encoding))
            return self._ask(request, frame)
        except BadBody:
            return _error(frame, "リクエストを読み取れません。")

    def _ask(self, request: Request, frame: Frame) -> Reply:
        query = request.query
        scopes = frozenset(query.get("scope", "").split())
        if query.get("client_id") != self._state.client.id:
            return _error(frame, "このサービスは登録されていません。")
        if query.get("response_type") != "code" or not scopes or scopes - SCOPES.keys():
            return _error(frame, "リクエストの内容が正しくありません。")
        server_state = query.get("server_state", "")
        is_needed = "openid" in scopes or server_state
        if is_needed and not self._state.grants.knows_server_state(server_state):
            return _error(frame, "server_stateが正しくありません。")
        key = secrets.token_hex(16)
        state = query.get("state", "")
        asked = ConsentRequest(scopes, query["scope"], state, server_state, _address(request))
        self._asked[key] = asked
        return self._form(request, frame, key)

    def _form(self, request: Request, frame: Frame, key: str, *, wrong: str | None = None) -> Reply:
        asked, me = self._asked[key], viewer(self._state, request)
        scopes = "".join(f"<li>{escape(SCOPES[each])}</li>" for each in sorted(asked.scopes))
        who = _who(me, request.root, asked) if me else markup.login_fields(wrong or "")
        said = "" if wrong is None else _WRONG
        return frame(
            "利用同意",
            f"<p>{escape(self._state.client.name)}があなたの次の情報を利用します。</p>"
            f"<ul>{scopes}</ul>{said}"
            f'<form method="post" action="{escape(request.root + request.path)}">'
            f"{markup.hidden(post_key=key, scope=asked.scope, state=asked.state)}"
            f"{who}"
            f'<p><label><input type="checkbox" name="always" value="1" />{ALWAYS}</label></p>'
            f"<p>{markup.submit('accept', '同意する')} {markup.submit('deny', '同意しない')}</p>"
            "</form>",
        )

    def _decide(self, request: Request, frame: Frame, form: dict[str, str]) -> Reply:
        key = form.get("post_key", "")
        asked = self._asked.get(key)
        if asked is None:
            return _error(frame, "この画面の有効期限が切れました。もう一度やり直してください。")
        if "deny" in form:
            del self._asked[key]
            return self._back(asked, error="access_denied")
        me = viewer(self._state, request)
        if "name" in form:
            me = self._state.login(form["name"], form.get("password", ""))
        if me is None or "accept" not in form:
            return self._form(request, frame, key, wrong=form.get("name", ""))
        del self._asked[key]
        grant = MixiGrant(me.id, asked.scopes, is_always="always" in form)
        grant.server_state, grant.has_server_state = asked.server_state, bool(asked.server_state)
        return self._back(asked, code=self._state.grants.consent(grant))

    def _back(self, asked: ConsentRequest, **answer: str) -> Reply:
        fields = answer | ({"state": asked.state} if asked.state else {})
        return redirect(f"{self._state.client.redirect_uri}?{urlencode(fields)}")


def _address(request: Request) -> str:
    return f"{request.path}?{request.query_string}"


def _login_address(root: str, next_url: str) -> str:
    return f"{root}/login.pl?{urlencode({'next_url': next_url})}"


def _who(me: MixiAccount, root: str, asked: ConsentRequest) -> str:
    other = escape(_login_address(root, asked.address))
    return f'<p>ログイン中: {escape(me.nickname)}さん (<a href="{other}">別のアカウント</a>)</p>'


def _error(frame: Frame, words: str) -> Reply:
    """200 and no redirect: nobody is sent on for a request that is wrong."""
    return frame("エラー", f"<p>{escape(words)}</p>")
