"""mixi's own sessions, and the pages that need one: login, connected services, revocation.

A session travels in a cookie, or in the form field `ses` for those that keep no cookies.
"""

from __future__ import annotations

import secrets
from html import escape

from syndication.sandbox.http import Reply, Request, redirect
from syndication.sandbox.mixi import markup
from syndication.sandbox.mixi.grants import SCOPES
from syndication.sandbox.mixi.rows import MixiAccount
from syndication.sandbox.mixi.state import MixiState

COOKIE = "mixi_session"
SERVICES = "/list_connect_service.pl"  # the real name is not known

_WRONG = "<p><b>ログイン名またはパスワードが正しくありません。</b></p>"


def viewer(state: MixiState, request: Request, ticket: str = "") -> MixiAccount | None:
    """Whose session the request's cookie, or the `ticket` from a form, stands for."""
    ticket = request.cookie(COOKIE) or ticket
    return state.accounts.get(state.sessions.get(ticket, ""))


def _open(state: MixiState, account: MixiAccount) -> str:
    ticket = secrets.token_hex(16)
    state.sessions[ticket] = account.id
    return ticket


def login(state: MixiState, request: Request) -> Reply:
    """`/login.pl`: sets the cookie and goes on to `next_url`, a path of mixi's own."""
    form = request.form()
    target = form.get("next_url") or request.query.get("next_url") or "/"
    account = state.login(form.get("name", ""), form.get("password", ""))
    if account is not None:
        path = target if target.startswith("/") and not target.startswith("//") else "/"
        prefix = "/" + request.root.split("://", 1)[1].partition("/")[2]
        cookie = f"{COOKIE}={_open(state, account)}; Path={prefix}/; HttpOnly; SameSite=Lax"
        return redirect(request.root + path).adding(("Set-Cookie", cookie))
    return markup.touch_or_pc(
        "ログイン",
        f'{_WRONG if form else ""}<form method="post" action="{escape(request.root)}/login.pl">'
        f"{markup.hidden(next_url=target)}{markup.login_fields(form.get('name', ''))}"
        f"<p>{markup.submit('login', 'ログイン')}</p></form>",
    )


def services(state: MixiState, request: Request) -> Reply:
    """連携中のサービス: what the member consented to, with a button that takes it all back."""
    form, action = request.form(), escape(request.root + SERVICES)
    ticket = request.cookie(COOKIE) or form.get("ses", "")
    me = viewer(state, request, ticket)
    if me is None and "name" in form:
        me = state.login(form["name"], form.get("password", ""))
        ticket = _open(state, me) if me else ""
    if me is None:
        said = _WRONG if "name" in form else ""
        fields = markup.login_fields(form.get("name", ""))
        button = markup.submit("login", "ログイン")
        body = f'{said}<form method="post" action="{action}">{fields}<p>{button}</p></form>'
        return markup.touch_or_pc("連携中のサービス", body)
    said = ""
    if form.get("revoke") and form.get("client_id") == state.client.id:
        state.grants.revoke(me.id)
        said = "<p>連携を解除しました。</p>"
    hidden = markup.hidden(client_id=state.client.id, ses=ticket)
    return markup.touch_or_pc(
        "連携中のサービス",
        f"{said}<p>{escape(me.nickname)}さん</p>{_table(state, me, action, hidden)}",
    )


def _table(state: MixiState, me: MixiAccount, action: str, hidden: str) -> str:
    scopes = sorted({scope for grant in state.grants.of(me.id) for scope in grant.scopes})
    if not scopes:
        return "<p>連携中のサービスはありません。</p>"
    words = "、".join(escape(SCOPES[each]) for each in scopes)
    return (
        f'<div class="one"><b>{escape(state.client.name)}</b><br />{words}'
        f'<form method="post" action="{action}">{hidden}{markup.submit("revoke", "解除")}</form></div>'
    )


def revoke(state: MixiState, request: Request) -> Reply:
    """`/2/authorize/revoke`: whoever holds a refresh token may give back what it stands for."""
    is_done = request.method == "POST"
    fields = request.form() if is_done else request.query
    token = state.grants.refresh.get(fields.get("token", ""))
    if token is None or fields.get("client_id") != state.client.id:
        return markup.touch_or_pc("エラー", "<p>リクエストの内容が正しくありません。</p>")
    if is_done:
        state.grants.revoke(token.grant.user)
        return markup.touch_or_pc("連携の解除", "<p>連携を解除しました。</p>")
    hidden = markup.hidden(client_id=state.client.id, token=fields["token"])
    return markup.touch_or_pc(
        "連携の解除",
        f"<p>{escape(state.client.name)}との連携を解除しますか？</p>"
        f'<form method="post" action="{escape(request.root + request.path)}">'
        f"{hidden}{markup.submit('revoke', '解除する')}</form>",
    )
