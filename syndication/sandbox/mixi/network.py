"""mixi in the sandbox: routing of its addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from syndication.sandbox.http import BadBody, Refused, Reply, Request
from syndication.sandbox.mixi import control, lively, login, pages, seed
from syndication.sandbox.mixi.api import MixiApi
from syndication.sandbox.mixi.consent import Consent
from syndication.sandbox.mixi.oauth import Presented, presented_token
from syndication.sandbox.mixi.rows import Diary, MixiAccount, Picture, Status
from syndication.sandbox.mixi.state import MixiState
from syndication.sandbox.network import Network

Page = Callable[[MixiState, Request], Reply]

PAGES: dict[str, Page] = {
    "/": pages.mixi_overview,
    "/login.pl": login.login,
    login.SERVICES: login.services,
    "/2/authorize/revoke": login.revoke,
    "/connect_authorize_success.html": pages.success,
    "/show_friend.pl": pages.show_friend,
    "/view_voice.pl": pages.view_voice,
    "/view_diary.pl": pages.view_diary,
    "/view_photo.pl": pages.view_photo,
    "/view_album.pl": pages.view_album,
    "/img/noimage.jpg": pages.no_image,
}


class Mixi(Network):
    """mixi, 2010 to 2012. `state` is public for tests."""

    key = "mixi"
    title = "mixi"
    unreadable = (BadBody,)
    state: MixiState

    def reset(self) -> None:
        self.state = MixiState(self.world)
        seed.seed_mixi(self.state)
        self._api = MixiApi(self.state)
        self._consent = Consent(self.state)

    def bad_request(self, request: Request) -> Reply:
        return Reply(400)

    def answer(self, request: Request) -> Reply:
        if request.path == "/connect_authorize.pl":
            return self._consent.on_pc(request)
        if request.path == "/m/connect_authorize.pl":
            return self._consent.on_keitai(request)
        if self.is_api(request.path):
            if self.state.settings.friends_answer:
                lively.let_friends_answer(self.state)
            return self._api.handle(request)
        if request.path.startswith("/photo/"):
            return pages.photo(self.state, request)
        page = PAGES.get(request.path)
        return page(self.state, request) if page else pages.missing()

    def is_api(self, path: str) -> bool:
        return path.startswith("/2/") and path not in PAGES

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        try:
            shown = presented_token(request)
        except Refused:
            shown = Presented("OAuth", "")
        return shown.refusal("expired_token" if is_expired else "invalid_token")

    def environment(self, root: str) -> dict[str, str]:
        return {
            "MIXI_CLIENT_ID": self.state.client.id,
            "MIXI_CLIENT_SECRET": self.state.client.secret,
            "MIXI_AUTHORIZE_URL": f"{root}/connect_authorize.pl",
            "MIXI_MOBILE_AUTHORIZE_URL": f"{root}/m/connect_authorize.pl",
            "MIXI_TOKEN_URL": f"{root}/2/token",
            "MIXI_API_URL": f"{root}/2",
        }

    # What tests look at and do.

    @property
    def statuses(self) -> list[Status]:
        """The voices received, oldest first, deleted ones too."""
        return [each for each in self.state.statuses.values() if not each.is_seeded]

    @property
    def diaries(self) -> list[Diary]:
        """The diary entries received."""
        return [each for each in self.state.diaries.values() if not each.is_seeded]

    @property
    def photos(self) -> list[Picture]:
        """The album pictures received."""
        pictures = self.state.pictures.values()
        return [each for each in pictures if each.album and not each.is_seeded]

    def account(self, name: str) -> MixiAccount:
        """The account with this login name. Raises KeyError."""
        return self.state.named(name)

    def add_friends(self, name: str, count: int) -> None:
        """So many more friends for an account."""
        seed.add_friends(self.state, name, count)

    def reply_as(self, name: str, to: str, text: str, visibility: str = "") -> str:
        """A comment is read by those who read what it is on: `visibility` changes nothing."""
        return control.reply_as(self.state, name, to, text)

    def like_as(self, name: str, to: str) -> None:
        control.like_as(self.state, name, to)

    def unlike_as(self, name: str, to: str) -> None:
        control.unlike_as(self.state, name, to)

    def revoke(self, name: str) -> None:
        """What the member's 解除 button does."""
        self.state.grants.revoke(self.account(name).id)

    def received(self) -> dict[str, Any]:
        return {
            "comments": control.received_comments(self.state),
            "likes": control.received_likes(self.state),
            "statuses": [
                self._common(each)
                | {"text": each.text, "photos": [each.photo] if each.photo else []}
                for each in self.statuses
            ],
            "diaries": [
                self._common(each) | {"title": each.title, "body": each.body, "photos": each.photos}
                for each in self.diaries
            ],
            "photos": [
                self._common(each)
                | {"title": each.title, "album": each.album, "bytes": len(each.content)}
                for each in self.photos
            ],
            "shares": [
                {"user": self.state.accounts[each.owner].name, "title": each.title, "url": each.url}
                for each in self.state.shares
            ],
        }

    def _common(self, entry: Status | Diary | Picture) -> dict[str, Any]:
        return {
            "id": entry.id,
            "user": self.state.accounts[entry.owner].name,
            "created_at": entry.at.isoformat(timespec="seconds"),
            "visibility": entry.visibility,
            "deleted": entry.is_deleted,
        }
