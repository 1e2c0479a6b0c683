"""Connector for mixi: Voice, Diary and Photo for posts, People and Updates for lists.

Comments and likes are in `mixi.interactions`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from syndication.connectors import reasons
from syndication.connectors.api import MEDIA_DEADLINE, quote_segment
from syndication.connectors.base import (
    Candidates,
    Credentials,
    Friend,
    FriendPage,
    OutgoingPost,
    Photo,
    Preview,
    Receipt,
    RemoteFeedItem,
    RemotePost,
    SubjectKind,
    Terms,
)
from syndication.connectors.errors import Rejected, Unsupported
from syndication.connectors.mixi import compose, reading
from syndication.connectors.mixi.graph import PAGE, Files
from syndication.connectors.mixi.interactions import (
    MAX_VOICES,
    RIGHT_AFTER,
    MixiInteractions,
    reads_alike,
)

SECONDS_OF_TOKEN = 900


class Mixi(MixiInteractions):
    """One account on mixi. Remote ids: `voice:<id>`, `diary:<id>`, `photo:<album>/<id>`; of comments
    `reply:<Voice>/<id>` and `comment:<album>/<photo>/<id>`.

    Scopes needed: r_profile r_voice w_voice w_diary r_photo w_photo r_updates.
    """

    key = "mixi"
    name = "mixi"
    limits = compose.LIMITS
    audiences = compose.AUDIENCES
    can_delete = frozenset[SubjectKind]({"status", "link", "photo", "reply"})
    can_reconcile = frozenset[SubjectKind]({"status", "link", "note", "photo", "reply"})
    brings_replies = frozenset[SubjectKind](
        {"status", "link", "photo"}
    )  # no interface tells a diary's
    brings_likes = brings_replies
    can_like = True
    needs_scope = {
        "status": "w_voice",
        "note": "w_diary",
        "photo": "w_photo",
        "link": "w_voice",
        "reply": "w_voice",
        "like": "w_voice",
    }

    # Unless 「今後、このサービスに対して常に同意する」 was ticked, the refresh token lives six hours.
    refresh_interval = 3 * 3600.0
    relink_hint = reasons.TICK_ALWAYS
    # A Voice is named by its writer and second, and so is a comment. A little more than that, since
    # clocks run unevenly.
    seconds_between_posts: ClassVar[Mapping[SubjectKind, float]] = {
        "status": 1.1,
        "link": 1.1,
        "reply": 1.1,
    }

    @classmethod
    def composer(cls, terms: Terms | None) -> compose.MixiComposer:
        return compose.TEXTS

    @classmethod
    def reconciled_text(cls, post: OutgoingPost) -> str:
        shown = cls.preview(post)
        return shown.title if post.kind == "note" else shown.text

    def publish(self, post: OutgoingPost, *, idempotency_key: str) -> Receipt:
        """Send `post`. mixi has no idempotency key, so a lost answer has to be looked up."""
        shown, photos = self.compose(post)
        match post.kind:
            case "note":
                return self._publish_diary(post, shown, photos)
            case "reply" if post.reply_to:
                return self.publish_comment(post.reply_to, shown.text)
            case "photo":
                item = self.albums.add(photos[0], title=shown.text, audience=post.audience)
                return Receipt(reading.PHOTO + item)
            case _:
                return self._publish_voice(shown)

    def retract(self, receipt: Receipt) -> None:
        """Delete the copy. A Voice by the verb of 2010, `destroy`, which was captured on the wire; the
        later DELETE is known from clients only."""
        kind, _, rest = receipt.remote_id.partition(":")
        match kind:
            case "voice":
                self.api.remove("POST", f"/voice/statuses/destroy/{quote_segment(rest)}")
            case "photo":
                self.albums.remove(rest)
            case "reply" | "comment":
                self.delete_comment(receipt.remote_id)
            case _:
                raise Unsupported(reasons.CANNOT_DELETE)

    def look_up(self, post: OutgoingPost, *, since: float, idempotency_key: str) -> Candidates:
        if post.kind not in self.can_reconcile:
            raise Unsupported(reasons.CANNOT_READ_BACK)
        if post.kind == "note":
            return self._diaries_like(post, since)
        shown = self.preview(post).text
        if post.reply_to:
            return self.comments_like(post.reply_to, shown, since=since)
        is_photo = post.kind == "photo"
        found = self.albums.items(post.audience) if is_photo else self._own_voices(since)
        listed: list[RemotePost | None] = list(found)
        # Both kinds of time are cut to the second.
        recent = [entry for entry in listed if entry and entry.created_at >= int(since)]
        alike = [entry for entry in recent if reads_alike(entry.text, shown, post.permalink)]
        exact = tuple(sorted(alike, key=lambda entry: entry.created_at))
        is_whole = None not in listed and (is_photo or len(recent) < MAX_VOICES)
        return Candidates(exact, is_conclusive=is_whole)

    def friend_pages(self, start: str = "") -> Iterator[FriendPage]:
        """Yield the friend list, with public pictures only. `start` is an index: the page before it is
        read again, since friends who left the list meanwhile have moved the others."""
        order = {
            "sortBy": "displayName",
            "sortOrder": "ascending",
            "thumbnailPrivacy": "everyone",
        }
        begin = max(0, reading.parse_count(start, 0) - PAGE)
        for page, index in self.api.pages("/people/@me/@friends", order, start=begin):
            people = filter(None, map(reading.parse_mixi_person, page))
            yield FriendPage(tuple(people), str(index) if index else "")

    def feed(self, *, since: str = "") -> Iterator[RemoteFeedItem]:
        newer = {"attach_photo": "true"}
        if since:
            newer["since_id"] = since.removeprefix(reading.VOICE)
        path = "/voice/statuses/friends_timeline"
        yield from reading.parse_mixi_voices(self.api.list_pages(path, newer))

    def fetch_account(self) -> Any:
        """Return the account with its public picture, never with one that is for friends alone."""
        answer = self.api.read("/people/@me/@self", {"thumbnailPrivacy": "everyone"})
        found = reading.opensocial_entries(answer)
        return found[0] if found else None

    def parse_friend(self, entry: Any) -> Friend | None:
        return reading.parse_mixi_person(entry)

    def refresh(self) -> Credentials:
        """Refresh. The old refresh token is used up: store the new credentials before anything else."""
        found = self.api.refresh_tokens()
        seconds = reading.parse_count(found.get("expires_in"), SECONDS_OF_TOKEN)
        scope = found.get("scope")
        newer, kind = found.get("refresh_token"), found.get("token_type")
        return replace(
            self.credentials,
            access_token=found["access_token"],
            refresh_token=newer if isinstance(newer, str) else self.credentials.refresh_token,
            expires_at=self.clock() + seconds,
            scopes=tuple(scope.split()) if isinstance(scope, str) else self.credentials.scopes,
            token_type=kind if isinstance(kind, str) else "",
        )

    def revoke(self) -> None:
        """Do nothing: https://developer.mixi.co.jp/connect/mixi_graph_api/api_auth has no request for it.

        mixi's iOS SDK opens a page for it (/2/authorize/revoke), where the member decides again.
        """

    def _publish_voice(self, shown: Preview) -> Receipt:
        path = "/voice/statuses/update"
        try:
            answer = self.api.write("POST", path, data={"status": shown.text})
        except Rejected as refusal:
            if refusal.status == 400:
                own = self._own_voices(self.clock() - RIGHT_AFTER)
                self.check_second(own, shown.text, refusal)
            raise
        remote_id = self.api.created_id(answer, reading.valid_mixi_id)
        sent = reading.parse_mixi_voice(answer)
        return Receipt(reading.VOICE + remote_id, url=sent.url if sent else "")

    def _publish_diary(
        self, post: OutgoingPost, shown: Preview, photos: tuple[Photo, ...]
    ) -> Receipt:
        """Post JSON without pictures, multipart with them. `show_users` 0: readers do not see the list
        of readers."""
        entry = {
            "title": shown.title,
            "body": shown.text,
            "privacy": {"visibility": post.audience, "show_users": "0"},
        }
        path = "/diary/articles/@me/@self"
        files: Files = [
            (f"photo{place}", (f"photo{place}.jpg", photo.content, photo.content_type))
            for place, photo in enumerate(photos, start=1)
        ]
        if files:
            request = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
            answer = self.api.write(
                "POST", path, data={"request": request}, files=files, deadline=MEDIA_DEADLINE
            )
        else:
            answer = self.api.write("POST", path, json=entry)
        return Receipt(reading.DIARY + self.api.created_id(answer, reading.valid_mixi_id))

    def _diaries_like(self, post: OutgoingPost, since: float) -> Candidates:
        """Return diaries with this title among the newest updates, which show only titles.

        Not every diary need be among the updates, so a missing one proves nothing.
        """
        path = "/updates/@me/@self"
        answer = self.api.read(path, {"fields": "diary", "count": str(PAGE)})
        items = self.api.as_list(self.api.as_object(answer).get("items"))
        title = self.reconciled_text(post)
        alike = [
            entry
            for entry in filter(None, map(reading.parse_mixi_diary, items))
            if entry.created_at >= int(since) and reads_alike(entry.text, title)
        ]
        in_order = sorted(alike, key=lambda entry: entry.created_at)
        return Candidates(alike=tuple(in_order), is_conclusive=False)

    def _own_voices(self, since: float) -> Iterator[RemotePost | None]:
        """Yield own Voices back to `since`, over several pages. None for each page with an unreadable
        entry."""
        for answer in self.voice_pages(since):
            page = list(reading.parse_mixi_voices(answer))
            for item in page:
                yield RemotePost(item.remote_id, item.text, item.created_at, url=item.url)
            if len(page) < len(answer):
                yield None
