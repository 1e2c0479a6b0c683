"""Bluesky in the sandbox: routing of its addresses."""

from __future__ import annotations

from collections.abc import Callable

from syndication.sandbox.bluesky import appview, identity, pages, repo, sessions, threads
from syndication.sandbox.bluesky.dpop import BadProof, Proofs
from syndication.sandbox.bluesky.oauth import BlueskyOAuth
from syndication.sandbox.bluesky.state import BlueskyState, tid
from syndication.sandbox.bluesky.values import (
    LIKE,
    POST,
    handle_of,
    iso_time,
    record_cid,
    xrpc_error,
)
from syndication.sandbox.http import Refused, Reply, Request
from syndication.sandbox.network import Network
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.social_graph import Post

Open = Callable[[BlueskyState, Request], Reply]
Guarded = Callable[[BlueskyState, Grant, Request], Reply]

OPEN: dict[str, Open] = {
    "GET com.atproto.identity.resolveHandle": identity.resolve_handle,
    "GET com.atproto.repo.getRecord": repo.get_record,
    "GET com.atproto.repo.listRecords": repo.list_records,
    "GET com.atproto.repo.describeRepo": identity.describe_repo,
    "GET com.atproto.sync.getBlob": repo.get_blob,
    "POST com.atproto.server.createSession": sessions.create_session,
    "POST com.atproto.server.refreshSession": sessions.refresh_session,
    "POST com.atproto.server.deleteSession": sessions.delete_session,
}
GUARDED: dict[str, Guarded] = {
    "POST com.atproto.repo.putRecord": repo.put_record,
    "POST com.atproto.repo.createRecord": repo.create_record,
    "POST com.atproto.repo.deleteRecord": repo.delete_record,
    "POST com.atproto.repo.uploadBlob": repo.upload_blob,
    "GET com.atproto.server.getSession": lambda state, grant, _: sessions.show_session(
        state, grant
    ),
    "GET app.bsky.feed.getTimeline": appview.bluesky_timeline,
    "GET app.bsky.feed.getAuthorFeed": appview.author_feed,
    "GET app.bsky.feed.getPostThread": appview.post_thread,
    "GET app.bsky.feed.getPosts": appview.get_posts,
    "GET app.bsky.feed.getLikes": appview.get_likes,
    "GET app.bsky.actor.getProfile": lambda state, _, request: appview.get_profile(state, request),
    "GET app.bsky.actor.getProfiles": lambda state, _, request: appview.get_profiles(
        state, request
    ),
}


class Bluesky(Network):
    """One server with all accounts. `state` is public for tests."""

    key = "bluesky"
    title = "Bluesky"
    port_offset = 3
    unreadable = (KeyError, TypeError, ValueError, AttributeError)
    state: BlueskyState

    def reset(self) -> None:
        self.state = BlueskyState(self.world)
        self._proofs = Proofs(self.state)
        self._oauth = BlueskyOAuth(self.state, self._proofs)

    def bad_request(self, request: Request) -> Reply:
        return xrpc_error("InvalidRequest", "Input is not of the right shape").reply

    def answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/xrpc/"):
            return self._xrpc(request)
        at: dict[str, Callable[[Request], Reply]] = {
            "/.well-known/oauth-authorization-server": self._oauth.metadata,
            "/.well-known/oauth-protected-resource": self._oauth.resource,
            "/oauth/par": self._oauth.push,
            "/oauth/authorize": self._oauth.authorize,
            "/oauth/token": self._oauth.token,
            "/oauth/revoke": self._oauth.revoke,
        }
        if path in at:
            return at[path](request)
        return self._for_people(request)

    def _for_people(self, request: Request) -> Reply:
        starts: dict[str, Open] = {
            "/did:": identity.did_document,
            "/profile/": pages.profile_page,
            "/avatar/": pages.avatar,
        }
        for start, answer in starts.items():
            if request.path.startswith(start):
                return answer(self.state, request)
        if request.path == "/":
            return pages.bluesky_overview(self.state, request)
        return xrpc_error("NotFound", "Not Found", 404).reply

    def _xrpc(self, request: Request) -> Reply:
        call = f"{request.method} {request.path.removeprefix('/xrpc/')}"
        if call in OPEN:
            return OPEN[call](self.state, request)
        if call not in GUARDED:
            raise xrpc_error("MethodNotImplemented", "Method Not Implemented", 501)
        grant = sessions.open_session(self.state, self._proofs, request)
        try:
            reply = GUARDED[call](self.state, grant, request)
        except Refused as no:
            reply = no.reply
        return reply.adding(("DPoP-Nonce", self._proofs.nonce())) if grant.key else reply

    def is_api(self, path: str) -> bool:
        doors = ("/oauth/token", "/oauth/revoke", "/oauth/par")
        return path.startswith("/xrpc/") or path in doors

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        words = "Token has expired" if is_expired else "Token could not be verified"
        if request.headers.get("authorization", "").startswith("DPoP"):
            nonce = ("DPoP-Nonce", self._proofs.nonce())
            return BadProof(words, "invalid_token").to_caller().adding(nonce)
        return xrpc_error("ExpiredToken" if is_expired else "InvalidToken", words).reply

    def environment(self, root: str) -> dict[str, str]:
        return {f"BLUESKY_{name}_URL": root for name in ("API", "PLC", "WEB")}

    # What tests look at and do.

    @property
    def statuses(self) -> list[Post]:
        """Return the posts received, oldest first, deleted ones too."""
        return [each for each in self.state.graph.posts.values() if not each.is_seeded]

    def reply_as(self, name: str, to: str, text: str, visibility: str = "") -> str:
        """All is public: `visibility` changes nothing. The root is named rightly."""
        author, parent = self.state.graph.named(name), self._seen_by(name, to)
        root = threads.standing_post(self.state, threads.root_uri(parent)) or parent
        record = {
            "$type": POST,
            "text": text,
            "createdAt": iso_time(self.state.now()),
            "reply": {"root": _reference(root), "parent": _reference(parent)},
        }
        key = tid(self.state.now(), self.state.graph.number())
        return repo.write_post(self.state, author.id, key, record, is_seeded=True).id

    def like_as(self, name: str, to: str) -> None:
        user, post = self.state.graph.named(name).id, self._seen_by(name, to)
        if not self.state.likes_of(post.id, user):
            at, key = self.state.now(), tid(self.state.now(), self.state.graph.number())
            record = {"$type": LIKE, "subject": _reference(post), "createdAt": iso_time(at)}
            self.state.keep_record(user, LIKE, key, record)

    def unlike_as(self, name: str, to: str) -> None:
        for each in self.state.likes_of(to, self.state.graph.named(name).id):
            self.state.drop_record(each.uri)

    def handle_of(self, name: str) -> str:
        """Return the handle of the account with this login name."""
        return handle_of(name)


def _reference(post: Post) -> dict[str, str]:
    return {"uri": post.id, "cid": record_cid(repo.record_of(post))}
