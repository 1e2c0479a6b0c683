"""Calls of Misskey's API: who calls, with which fields; and its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.misskey.state import MisskeyState, Problem
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.social_graph import Account, Post

NO_TOKEN = Problem(
    401, "CREDENTIAL_REQUIRED", "1384574d-a912-4b81-8601-c7b1c4085df1", "Credential required."
)
BAD_TOKEN = Problem(
    401,
    "AUTHENTICATION_FAILED",
    "b0a7f5f8-dc2f-4171-b91f-de88ad238e14",
    "Authentication failed. Please ensure your token is correct.",
)
NOT_ALLOWED = Problem(
    403,
    "PERMISSION_DENIED",
    "1370e5b7-d4eb-4566-bb1d-7748ee6a1838",
    "Your app does not have the necessary permissions to use this endpoint.",
)
TOO_OFTEN = Problem(
    429,
    "RATE_LIMIT_EXCEEDED",
    "d5826d14-3982-4d2e-8011-b9e9f02499ef",
    "Rate limit exceeded. Please try again later.",
)
INVALID = Problem(400, "INVALID_PARAM", "3d81ceae-475f-4600-b2a8-2bc116157532", "Invalid param.")
NO_NOTE = Problem(400, "NO_SUCH_NOTE", "490be23f-8c1f-4796-819f-94cb4f9d1630", "No such note.")


def misskey_refusal(problem: Problem) -> Refused:
    """Return the exception for a problem."""
    return Refused(error_reply(problem))


@dataclass(frozen=True)
class MisskeyCall:
    """One authorized request with its fields."""

    state: MisskeyState
    request: Request
    grant: Grant
    fields: dict[str, Any]

    @property
    def me(self) -> Account:
        return self.state.graph.accounts[self.grant.user]

    def needs(self, permission: str) -> None:
        """Raise Refused where the member did not permit it."""
        if permission not in self.grant.scopes:
            raise misskey_refusal(NOT_ALLOWED)

    def sees(self, post: Post) -> bool:
        """Whether the caller may read `post`."""
        return self.state.graph.sees(self.me.id, post)

    def note(self, name: str, problem: Problem) -> Post:
        """Return the note that the field `name` names. Raises Refused with `problem`."""
        post = self.state.graph.posts.get(str(self.fields.get(name)))
        if post is None or post.is_deleted:
            raise misskey_refusal(problem)
        return post

    @property
    def limit(self) -> int:
        """Return the number of rows asked for. Raises Refused above 100."""
        limit = self.fields.get("limit", 10)
        if not isinstance(limit, int) or not 1 <= limit <= 100:
            raise misskey_refusal(INVALID)
        return limit


def open_misskey_call(state: MisskeyState, request: Request) -> MisskeyCall:
    """Authorize a request. Raises Refused for an invalid token."""
    if request.content_type == "multipart/form-data":
        fields: dict[str, Any] = dict(request.parts())
        given = fields["i"].text if "i" in fields else ""
    else:
        fields = request.json() if request.body else {}
        given = str(fields.get("i") or "")
    given = request.bearer or given
    if not given:
        raise misskey_refusal(NO_TOKEN)
    token = state.tokens.living(state.tokens.access, given)
    if token is None:
        raise misskey_refusal(BAD_TOKEN)
    return MisskeyCall(state, request, token.grant, fields)


def error_reply(problem: Problem) -> Reply:
    """Return the error envelope."""
    error = {
        "message": problem.message,
        "code": problem.code,
        "id": problem.ident,
        "kind": "client" if problem.status != 403 else "permission",
    }
    return json_reply({"error": error}, problem.status)


def misskey_user(account: Account, root: str) -> dict[str, Any]:
    """Return UserDetailed, as far as needed."""
    return {
        "id": account.id,
        "name": account.nickname,
        "username": account.name,
        "host": None,
        "avatarUrl": f"{root}/avatars/{account.name}.jpg",
        "isLocked": account.is_locked,
        "followingCount": len(account.follows),
    }
