"""Consents, codes and tokens, with their lifetimes and scopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, cast

from syndication.sandbox import oauth2
from syndication.sandbox.oauth2 import Token, Tokens

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
class MixiGrant(oauth2.Grant):
    """One consent; `user` "" for a client's own token (client_credentials).

    `has_server_state` marks the newer spec, whose answers name the token type.
    """

    is_always: bool = False
    has_server_state: bool = False
    server_state: str = ""


class Grants(Tokens):
    """All issued codes and tokens."""

    def __init__(
        self, lifetimes: Lifetimes, now: Callable[[], datetime], mint: Callable[[], str]
    ) -> None:
        super().__init__(now, mint)
        self._lifetimes = lifetimes
        self.server_states: dict[str, Token] = {}

    def new_server_state(self) -> str:
        """A server_state for one authorization."""
        nobody = oauth2.Grant("", frozenset())
        return self.give(self.server_states, nobody, SERVER_STATE_SECONDS)

    def knows_server_state(self, value: str) -> bool:
        """Whether it was given out and is young enough."""
        return self.living(self.server_states, value) is not None

    def consent(self, grant: MixiGrant) -> str:
        """Keep a member's consent; its code."""
        return self.give(self.codes, grant, self._lifetimes.code_seconds)

    def redeem(self, code: str) -> MixiGrant | None:
        """The grant behind a code, once and in time."""
        found = self.living(self.codes, code)
        self.codes.pop(code, None)
        return cast(MixiGrant, found.grant) if found else None

    def renew(self, refresh: str) -> MixiGrant | None:
        """The grant behind a living refresh token, which dies by it (after the grace)."""
        token = self.living(self.refresh, refresh)
        if token is None or token.until is None:
            return None
        grace = self.now() + timedelta(seconds=self._lifetimes.refresh_grace)
        token.until = min(token.until, grace)
        return cast(MixiGrant, token.grant)

    def give_refresh(self, grant: MixiGrant) -> str:
        """A new refresh token: 3 months where the member always consents, else 6 hours."""
        lives = self._lifetimes
        seconds = lives.refresh_always_seconds if grant.is_always else lives.refresh_seconds
        return self.give(self.refresh, grant, seconds)

    def give_access(self, grant: MixiGrant) -> str:
        """A new access token."""
        return self.give(self.access, grant, self._lifetimes.access_seconds)
