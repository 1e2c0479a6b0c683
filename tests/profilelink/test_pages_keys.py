"""One map of keys on every page: 1-6 its own, 7-9 and 0 the same everywhere, * one step up, # on.

A phone's menu is used blind: a key that means something else on one page is pressed in error there.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.urls import resolve, reverse

from accounts.models import Group, Member
from syndication.models import Delivery, FeedItem, Interaction, Link, Post, RemoteReply
from tests.making import block, make_group, make_member
from tests.page import Page, html_of
from tests.phone import PhoneClient, computer, log_in_phone
from tests.profilelink.album import Shown
from tests.profilelink.weights import crawl

# One step up from a page is none of these: 0 leads home already. All other pages stand below home.
PARENTS = {
    "account_change_password": {"security"},
    "account_close": {"security"},
    "account_email": {"security"},
    "account_logout": {"security"},
    "account_reset_password": {"account_login"},
    "account_signup": {"account_login"},
    "reply_by_mail": {"mail"},
    "comment_delete": {"post_detail", "comment_own_list"},
    "comment_detail": {"post_detail"},
    "comment_list": {"post_detail"},
    "comment_new": {"post_detail"},
    "comment_own_list": {"security"},
    "comment_report": {"comment_detail", "comment_report"},
    "comments_of_delete": {"post_change"},
    "delivery_list": {"security"},
    "display": {"security"},
    "delivery_log": {"post_deliveries", "interaction_detail"},
    "device_ask": {"phone_list", "account_login"},  # for who is in; for who is not
    "export": {"security"},
    "feed_item_answer": {"feed_item"},
    "feed_item_hide": {"feed_item"},
    "friend_block": {"profile"},
    "friend_find": {"friend_list"},
    "friend_mutual": {"profile"},
    "friend_remove": {"profile"},
    "friend_unblock": {"privacy"},
    "group_close": {"group_detail"},
    "group_detail": {"group_list"},
    "group_invite": {"group_detail"},
    "group_invited": {"group_detail"},
    "group_member": {"group_detail"},
    "group_new": {"group_list"},
    "group_posts": {"group_detail"},
    "group_report": {"group_detail", "group_report"},
    "group_share": {"group_detail"},
    "interaction_delete": {"interaction_detail"},
    "interaction_detail": {"interaction_list"},
    "interaction_list": {"security"},
    "interaction_replies": {"interaction_detail"},
    "invitation_new": {"friend_list"},
    "language": {"security", "account_login"},
    "link_again": {"link_list"},
    "link_detail": {"link_list"},
    "link_end": {"link_detail"},
    "link_friends": {"link_detail"},
    "link_friends_ask": {"link_friends"},
    "link_hidden": {"link_detail"},
    "link_profile": {"link_detail"},
    "link_replies": {"link_detail"},
    "link_start": {"link_list"},
    "mail": {"security"},
    "draft": {"draft_list"},
    "draft_delete": {"draft"},
    "draft_list": {"security"},
    "mail_draft": {"draft_list"},
    "mail_draft_delete": {"mail_draft"},
    "mail_end": {"mail"},
    "mail_renew": {"mail"},
    "mail_settings": {"security"},
    "named_list_delete": {"named_list_detail"},
    "named_list_detail": {"named_list_list"},
    "named_list_list": {"group_list"},
    "named_list_new": {"named_list_list"},
    "named_list_people": {"named_list_detail"},
    "named_list_rename": {"named_list_detail"},
    "notice_stop": {"notice_list"},
    "mfa_activate_totp": {"security"},
    "mfa_index": {"security"},
    "phone_lost": {"phone_list"},
    "phone_bookmark": {"phone_list", "security"},  # the password is asked for first
    "phone_list": {"security"},
    "post_audience": {"post_detail"},
    "post_change": {"post_detail"},
    "post_correct": {"post_deliveries"},
    "post_delete": {"post_detail"},
    "post_deliveries": {"post_detail"},
    "post_edit": {"post_detail"},
    "post_more": {"post_detail"},
    "post_report": {"post_detail", "post_report"},
    "post_reader_remove": {"post_readers"},
    "post_readers": {"post_detail"},
    "post_replies": {"post_detail"},
    "post_replies_stop": {"post_replies"},
    "post_send": {"post_deliveries"},
    "post_share": {"post_detail"},
    "posts_by_me": {"privacy"},
    "privacy": {"security"},
    "profile_edit": {"profile"},
    "profile_report": {"profile", "profile_report"},
    "report_list": {"security"},
    "staff_decision": {"staff_decision_list"},
    "staff_decision_list": {"security"},
    "remote_reply": {"post_replies"},
    "remote_reply_hide": {"remote_reply"},
    "remote_reply_answer": {"remote_reply"},
    "security": set(),
    "session_list": {"security"},
}
GROUP_POST = {"group_posts"}  # the only post that stands below a page of its own
OWN_PROFILE = {"security"}  # one's own page is a place under Account, that of others is not
FIXED = {"7": "friend_list", "8": "notice_list", "9": "post_new", "0": "home"}
_BUTTON_WITH_KEY = re.compile(r'<input type="submit"[^>]* value="([^"]*)" accesskey="(.)"')


def beside_the_way(hanako: Member) -> list[str]:
    """Pages that are reached from a kind of page that the walk looked at only once."""
    block(hanako, make_member("rui"))
    group = Group.objects.get(owner=hanako).pk
    theirs = make_group(Member.objects.get(username="taro"), hanako, name="映画の会")
    return [
        reverse("group_report", args=[theirs.pk]),
        *(reverse("profile", args=[name]) for name in ("hanako", "taro")),
        reverse("friend_find") + "?name=taro",
        *(reverse(f"friend_{verb}", args=["taro"]) for verb in ("mutual", "remove", "block")),
        reverse("friend_unblock", args=["rui"]),
        *(
            reverse(f"group_{page}", args=[group])
            for page in ("detail", "invite", "invited", "share", "posts", "close")
        ),
        reverse("group_member", args=[group, "taro"]),
        *(
            reverse(f"named_list_{page}", args=[hanako.named_lists.get().pk])
            for page in ("detail", "people", "rename", "delete")
        ),
        *chosen_people(hanako),
        reverse("post_correct", args=[Post.objects.by(hanako).latest("pk").pk]),
        reverse("link_friends_ask", args=["mixi", Link.objects.get(member=hanako).pk]),
        reverse("link_replies", args=["mixi", Link.objects.get(member=hanako).pk]),
        reverse("delivery_log", args=[Delivery.objects.filter(link__member=hanako)[0].pk]),
        *answers(hanako),
    ]


def chosen_people(hanako: Member) -> list[str]:
    post = Post.objects.by(hanako).get(audience="chosen").pk
    return [
        reverse("post_readers", args=[post]),
        reverse("post_reader_remove", args=[post, "taro"]),
    ]


def answers(hanako: Member) -> list[str]:
    """The pages of an answer, and the boxes for one."""
    item = FeedItem.objects.filter(link__member=hanako, writer=None)[0]
    interaction = Interaction.objects.create(
        link=item.link,
        kind="reply",
        target_id="1",
        target_author_name="太郎",
        text="はい",
        form_key="1",
    )
    reply = RemoteReply.objects.filter(link__member=hanako)[0]
    return [
        reverse("interaction_detail", args=[interaction.pk]),
        reverse("interaction_delete", args=[interaction.pk]),
        reverse("feed_item_answer", args=[item.pk]),
        reverse("remote_reply_answer", args=[reply.pk]),
        reverse("remote_reply_hide", args=[reply.pk]),
    ]


def walk(phone: PhoneClient, start: str) -> list[tuple[str, Page]]:
    """Every HTML page that links lead to, with the name of its route."""
    return [(weight.route, weight.page) for weight in crawl(phone, start) if weight.is_html]


@pytest.fixture(scope="module")
def walked() -> dict[str, list[tuple[str, Page]]]:
    """The pages of a walk stay when its rows are gone: one walk serves every test here."""
    return {}


@pytest.fixture
def pages(
    walked: dict[str, list[tuple[str, Page]]], request: pytest.FixtureRequest
) -> list[tuple[str, Page]]:
    if "member" not in walked:
        hanako = request.getfixturevalue("hanako")
        phone = log_in_phone(hanako)
        aside = [(name_of(path), phone.get(path)) for path in beside_the_way(hanako)]
        walked["member"] = walk(phone, "/") + aside
    return walked["member"]


@pytest.fixture
def pages_of_visitors(
    walked: dict[str, list[tuple[str, Page]]], db: None
) -> list[tuple[str, Page]]:
    if "visitor" not in walked:
        phone = PhoneClient()
        phone.get("/m/")
        walked["visitor"] = [pair for pair in walk(phone, "/") if pair[0] != "front_door"]
    return walked["visitor"]


def boxes_with_keys(page: Page) -> list[tuple[str, str]]:
    """The label and key of each checkbox that has a key."""
    boxes = re.findall(r'<input type="checkbox"[^>]* id="(\w+)"[^>]* accesskey="(\d)"', page.html)
    labels = dict(re.findall(r'<label for="(\w+)">([^<]*)</label>', page.html))
    return [(labels[box], key) for box, key in boxes]


def test_a_key_stands_before_the_words_and_is_there_once(
    pages: list[tuple[str, Page]], pages_of_visitors: list[tuple[str, Page]]
) -> None:
    for route, page in pages + pages_of_visitors:
        assert len(page.accesskeys) == len(set(page.accesskeys)), route
        assert set(page.accesskeys) <= set("0123456789*#"), route
        buttons = _BUTTON_WITH_KEY.findall(page.html)
        shown = [(link.text, link.accesskey) for link in page.links if link.accesskey] + buttons
        shown += boxes_with_keys(page)
        assert len(shown) == len(page.accesskeys), f"{route}: a key on something else"
        for text, key in shown:
            assert text.startswith(f"{key} "), f"{route}: {text!r} has the key {key}"


def test_zero_leads_home_from_every_page(
    pages: list[tuple[str, Page]], pages_of_visitors: list[tuple[str, Page]]
) -> None:
    assert len(pages) > 40
    for route, page in pages + [pair for pair in pages_of_visitors if pair[0] != "home"]:
        assert keyed(page, "0") & {"home", "front_door"}, route


def test_the_fixed_keys_lead_the_same_way_on_every_page_of_a_member(
    albums: dict[str, list[Shown]],
) -> None:
    """In both languages, also on what stands behind a press, a mistake or a mail."""
    assert set(albums) == {"en", "ja"}
    for language, album in albums.items():
        checked = [one for one in album if one.member and has_foot(one.page)]
        assert len(checked) > 100
        for one in checked:
            assert fixed_keys(one.page) == FIXED, f"{language}: {one.name}"


def test_the_fixed_keys_are_the_same_with_cookies(hanako: Member) -> None:
    weights = [weight for weight in crawl(log_in_phone(hanako), "/") if weight.is_html]
    assert len(weights) > 40
    client = computer(hanako)
    for path in {urlsplit(weight.path).path for weight in weights}:
        answer = client.get(path, follow=True)
        seen = Page(html_of(answer), status=200, path=answer.wsgi_request.path, response=answer)
        assert "/s/" not in seen.html, path
        assert fixed_keys(seen) == FIXED, path


def test_a_visitor_has_key_0_alone_of_the_fixed_ones(albums: dict[str, list[Shown]]) -> None:
    for language, album in albums.items():
        checked = [one for one in album if not one.member and has_foot(one.page)]
        assert len(checked) > 10
        for one in checked:
            assert set(fixed_keys(one.page)) == {"0"}, f"{language}: {one.name}"
            assert fixed_keys(one.page)["0"] in ("home", "front_door"), f"{language}: {one.name}"


def test_the_star_leads_one_step_up_or_back_to_the_notices(
    pages: list[tuple[str, Page]], pages_of_visitors: list[tuple[str, Page]]
) -> None:
    for route, page in pages + pages_of_visitors:
        if page.path.endswith("?from=n"):
            assert keyed(page, "*") == {"notice_list"}, page.path
        elif route == "post_detail":
            assert keyed(page, "*") <= GROUP_POST, page.path
        elif route == "profile":
            assert keyed(page, "*") <= OWN_PROFILE, page.path
        else:
            above = PARENTS.get(route, set())
            assert bool(keyed(page, "*")) == bool(above), f"{route}: {keyed(page, '*')}"
            assert keyed(page, "*") <= above, route
    assert set(PARENTS) <= {route for route, _page in pages + pages_of_visitors}
    assert GROUP_POST in [keyed(page, "*") for route, page in pages if route == "post_detail"]
    assert OWN_PROFILE in [keyed(page, "*") for route, page in pages if route == "profile"]


def test_the_hash_leads_on_and_nowhere_else(pages: list[tuple[str, Page]]) -> None:
    further = {link.text for _route, page in pages for link in page.links if link.accesskey == "#"}
    assert further == {"# Older", "# More names", "# Read on", "# Earlier comments"}


def test_every_page_has_one_heading_of_the_first_rank_and_a_title_that_names_the_site(
    pages: list[tuple[str, Page]], pages_of_visitors: list[tuple[str, Page]]
) -> None:
    for route, page in pages + pages_of_visitors:
        assert page.html.count("<h1") == 1, route
        title = re.search(r"<title>(.*)</title>", page.html)
        assert title, route
        assert re.fullmatch("Profile Link|.+ – Profile Link", title[1]), f"{route}: {title[1]!r}"


def test_every_field_has_a_label_and_every_described_one_its_description(
    pages: list[tuple[str, Page]], pages_of_visitors: list[tuple[str, Page]]
) -> None:
    for route, page in pages + pages_of_visitors:
        for tag in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page.html):
            if 'type="hidden"' in tag or 'type="submit"' in tag:
                continue
            name = re.search(r' id="([^"]+)"', tag)
            assert name, f"{route}: {tag}"
            assert f'<label for="{name[1]}">' in page.html, f"{route}: {tag}"
            for words in re.findall(r' aria-describedby="([^"]+)"', tag):
                for one in words.split():
                    assert f'id="{one}"' in page.html, f"{route}: {tag}"


def has_foot(page: Page) -> bool:
    """Whether a page has the foot of base.html: all but errors, and the front door's own menu."""
    return "<nav" in page.html and page.status < 400


def fixed_keys(page: Page) -> dict[str, str]:
    """Where the keys lead that no page may use for itself."""
    links = [link for link in page.links if link.accesskey in FIXED]
    keys = [key for key in page.accesskeys if key in FIXED]
    assert len(keys) == len(links) == len(set(keys)), f"{page.path}: {keys}"
    return {link.accesskey: name_of(urljoin(page.path, link.href)) for link in links}


def keyed(page: Page, key: str) -> set[str]:
    """The name of the page to which a key leads; empty where the page does not have it."""
    for link in page.links:
        if link.accesskey == key:
            return {name_of(urljoin(page.path, link.href))}
    return set()


def name_of(address: str) -> str:
    """The name of the route, with or without a token before it."""
    path = re.sub(r"^/s/[\w-]{22}", "", urlsplit(address).path)
    return str(resolve(path).url_name)
