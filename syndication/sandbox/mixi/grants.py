"""Codes and tokens: what a member's consent gave, how long it lives, what it opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

SERVER_STATE_SECONDS = 30 * 60  # according to a blog; mixi's own page does not say

SCOPES = {
    "r_profile": "プロフィール情報、友人一覧の取得",
    "w_profile": "プロフィール情報の変更",
    "r_voice": "つぶやきの取得",
    "w_voice": "つぶやきの投稿",
    "r_diary": "日記の取得",
    "w_diary": "日記の投稿",
    "r_photo": "フォトの取得",
    "w_photo": "フォトの投稿",
    "r_updates": "友人の新着情報の取得",
    "r_message": "メッセージの取得",
    "w_message": "メッセージの送信",
    "r_share": "チェックの取得",
    "w_share": "チェックの投稿",
    "r_checkin": "チェックインの取得",
    "w_checkin": "チェックインの投稿",
    "r_page": "ページの取得",
    "r_pagefollow": "フォロー中のページの取得",
    "w_pagefeed": "ページのフィードの投稿",
    "openid": "あなたの識別",
    "mixi_apps2": "mixiアプリの情報の取得",
}
SCOPES |= {
    f"r_profile_{field_name}": f"プロフィール情報（{words}）の取得"
    for field_name, words in {
        "status": "ひとこと",
        "last_login": "最終ログイン",
        "name": "名前",
        "gender": "性別",
        "birthday": "誕生日",
        "blood_type": "血液型",
        "location": "現住所",
        "hometown": "出身地",
        "about_me": "自己紹介",
        "occupation": "職業",
        "interests": "趣味",
        "favorite_things": "好きなもの",
        "organizations": "所属",
    }.items()
}


class Lifetimes(Protocol):
    """The settings that decide how long things live, in seconds."""

    code_seconds: int
    access_seconds: int
    refresh_seconds: int
    refresh_always_seconds: int
    refresh_grace: int


@dataclass
class Grant:
    """One consent: whose, to what; `user` "" for a client's own token (client_credentials).

    `has_server_state` marks the newer spec, whose answers name the token type.
    """

    user: str
    scopes: frozenset[str]
    is_always: bool = False
    has_server_state: bool = False
    server_state: str = ""
    is_revoked: bool = False


@dataclass
class Code:
    """An authorization code: good once, until then."""

    grant: Grant
    until: datetime


@dataclass
class Token:
    """An access or refresh token and its end."""

    value: str = field(repr=False)
    grant: Grant
    until: datetime


class Grants:
    """Every code and token that was given out."""

    def __init__(
        self, lifetimes: Lifetimes, now: Callable[[], datetime], mint: Callable[[], str]
    ) -> None:
        self._lifetimes = lifetimes
        self._now = now
        self._mint = mint
        self.all: list[Grant] = []
        self.codes: dict[str, Code] = {}
        self.access: dict[str, Token] = {}
        self.refresh: dict[str, Token] = {}
        self.server_states: dict[str, datetime] = {}

    def new_server_state(self) -> str:
        """A server_state for one authorization."""
        value = self._mint()
        self.server_states[value] = self._in(SERVER_STATE_SECONDS)
        return value

    def knows_server_state(self, value: str) -> bool:
        """Whether it was given out and is young enough."""
        until = self.server_states.get(value)
        return until is not None and self._now() < until

    def consent(self, grant: Grant) -> str:
        """Keep a member's consent; its code."""
        self.all.append(grant)
        value = self._mint()
        self.codes[value] = Code(grant, self._in(self._lifetimes.code_seconds))
        return value

    def redeem(self, code: str) -> Grant | None:
        """The grant behind a code, once and in time."""
        found = self.codes.pop(code, None)
        if found is None or self._now() >= found.until or found.grant.is_revoked:
            return None
        return found.grant

    def renew(self, refresh: str) -> Grant | None:
        """The grant behind a living refresh token, which dies by it (after the grace)."""
        token = self.refresh.get(refresh)
        if token is None or self._now() >= token.until or token.grant.is_revoked:
            return None
        token.until = min(token.until, self._in(self._lifetimes.refresh_grace))
        return token.grant

    def give_refresh(self, grant: Grant) -> str:
        """A new refresh token: 3 months where the member always consents, else 6 hours."""
        lives = self._lifetimes
        seconds = lives.refresh_always_seconds if grant.is_always else lives.refresh_seconds
        return self._give(self.refresh, grant, seconds)

    def give_access(self, grant: Grant) -> str:
        """A new access token."""
        return self._give(self.access, grant, self._lifetimes.access_seconds)

    def is_expired(self, token: Token) -> bool:
        """Whether its time is over."""
        return self._now() >= token.until

    def revoke(self, user: str) -> None:
        """Kill all that a member gave, at once."""
        for grant in self.all:
            if grant.user == user:
                grant.is_revoked = True

    def of(self, user: str) -> list[Grant]:
        """What a member gave and did not take back."""
        return [each for each in self.all if each.user == user and not each.is_revoked]

    def _give(self, where: dict[str, Token], grant: Grant, seconds: int) -> str:
        value = self._mint()
        where[value] = Token(value, grant, self._in(seconds))
        return value

    def _in(self, seconds: int) -> datetime:
        return self._now() + timedelta(seconds=seconds)
