"""People (self, friends, groups of friends), and those groups."""

from __future__ import annotations

from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.rows import MixiAccount, rfc3339

# A field needs the scope of its own name in mixi's spelling.
EXTENDED = {
    "name": "r_profile_name",
    "gender": "r_profile_gender",
    "birthday": "r_profile_birthday",
    "bloodType": "r_profile_blood_type",
    "addresses": "r_profile_location",
    "aboutMe": "r_profile_about_me",
    "occupation": "r_profile_occupation",
    "interests": "r_profile_interests",
    "favoriteThings": "r_profile_favorite_things",
    "organizations": "r_profile_organizations",
    "status": "r_profile_status",
    "lastLogin": "r_profile_last_login",
}


def profile_url(root: str, account: MixiAccount) -> str:
    """The address of a member's own page."""
    return f"{root}/show_friend.pl?uid={account.id}"


def face_url(root: str, account: MixiAccount, *, is_for_friends: bool = False) -> str:
    """The address of a member's picture, or of the empty one where theirs is for friends."""
    if account.has_private_face and not is_for_friends:
        return f"{root}/img/noimage.jpg"
    return f"{root}/photo/user/{account.id}_{account.face}.jpg"


def mixi_person(call: MixiCall, account: MixiAccount) -> dict[str, Any]:
    """One person with the fields that were asked for and that the scopes allow."""
    query, root = call.request.query, call.request.root
    is_for_friends = query.get("thumbnailPrivacy", "friends") == "friends"  # the default: our guess
    basic = {
        "id": account.id,
        "displayName": account.nickname,
        "thumbnailUrl": face_url(root, account, is_for_friends=is_for_friends),
        "profileUrl": profile_url(root, account),
    }
    wanted = {each for each in query.get("fields", "").split(",") if each}
    if not wanted:
        return basic
    has_all = "@all" in wanted
    shown = {key: value for key, value in basic.items() if has_all or key in {*wanted, "id"}}
    known = _extended(call, account)
    return shown | {key: value for key, value in known.items() if has_all or key in wanted}


def _extended(call: MixiCall, account: MixiAccount) -> dict[str, Any]:
    values = dict(account.profile)
    values["lastLogin"] = rfc3339(call.state.now().replace(minute=0, second=0, microsecond=0))
    return {
        field: values[field]
        for field, scope in EXTENDED.items()
        if field in values and scope in call.scopes
    }


def people(call: MixiCall) -> Reply:
    """`GET /2/people/{user}/{group}`. Other people's friends are nobody's business: 403."""
    owner, group = call.account(), call.args["group"]
    if group == "@self":
        if owner is not call.me and owner.id not in call.me.friends:
            raise voice_error(403)
        envelope = {"startIndex": 0, "itemsPerPage": 1, "totalResults": 1}
        return json_reply({"entry": mixi_person(call, owner)} | envelope)
    query = call.request.query
    accounts = [call.state.accounts[each] for each in call.circle(owner, group)]
    by_name = query.get("sortBy") == "displayName"
    is_down = query.get("sortOrder") == "descending"
    accounts.sort(key=lambda each: (each.nickname if by_name else "", each.id), reverse=is_down)
    page = call.page(accounts)
    return json_reply(page | {"entry": [mixi_person(call, each) for each in page["entry"]]})


def groups(call: MixiCall) -> Reply:
    """`GET /2/groups/@me`."""
    if call.account() is not call.me:
        raise voice_error(403)
    return json_reply(
        call.page([{"id": each.id, "title": each.title} for each in call.me.groups.values()])
    )


ROUTES = [
    Route("GET", "people/{user}/{group}", "r_profile", people),
    Route("GET", "groups/{user}", "r_profile", groups),
]
