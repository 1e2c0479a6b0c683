"""index.html of the export: for a person, in both languages, whatever anybody typed."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from accounts.models import Member
from syndication.export.page import SECTIONS
from syndication.models import Delivery, KeptPhoto, Link, Post, PostKind, SavedDraft
from tests.making import befriend, make_comment, make_group, make_link, make_member, make_post
from tests.syndication.exporting import Got, a_photo_file, export_of, make_everything

pytestmark = pytest.mark.django_db
HOSTILE = """<script>alert(1)</script>"><img src=x onerror=alert(1)>'</style></title>{{ 1 }}"""
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "br", "hr", "b"),
    *("small", "span", "img", "a", "article"),
}


class Tags(HTMLParser):
    """Every element with its attributes, and whether what is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(member: Member, **extra: str) -> tuple[Got, str]:
    got = export_of(member, **extra)
    return got, got.text("index.html")


def test_a_person_reads_what_the_member_wrote_and_sees_the_photos() -> None:
    hanako = make_everything("hanako")
    got, html = page_of(hanako)
    said = ("shown", "about", "photo", "secret", "in-group", "note-text", "chosen", "url-title")
    for word in said:
        assert f"hanako-{word}" in html, word
    for word in ("mail-title", "account", "group", "words"):
        assert (f"hanako-{word}" in html) is (word != "words"), word
    assert "@hanako_friend" in html
    pictures = [given["src"] for tag, given in Tags(html).found if tag == "img"]
    assert len(pictures) >= 3
    assert set(pictures) <= set(got.names)  # by relative path, and there
    assert "https://hanako.example/copy" in html


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Profile", "Posts", "Friends", "Only me", "hold all of it, for programs"]),
        ("ja", ["プロフィール", "投稿", "友だち", "自分だけ", "プログラム用"]),
    ],
)
def test_it_speaks_the_member_s_language(language: str, words: list[str]) -> None:
    _got, html = page_of(make_everything("hanako"), HTTP_ACCEPT_LANGUAGE=language)
    assert f'<html lang="{language}">' in html
    for word in words:
        assert word in html, word


def test_what_anybody_typed_is_text_and_nothing_else() -> None:
    hanako = make_member("hanako", display_name=HOSTILE[:40], about=HOSTILE, town=HOSTILE[:60])
    Member.objects.filter(pk=hanako.pk).update(websites="javascript:alert(1)\nhttps://ok.example/")
    group = make_group(hanako, name=HOSTILE[:40])
    post = make_post(
        author=hanako, kind=PostKind.NOTE, title=HOSTILE, text=HOSTILE, warning=HOSTILE, group=group,
        audience="group",
    )  # fmt: skip
    Post.objects.filter(pk=post.pk).update(
        url="javascript:alert(1)", url_title=HOSTILE, photo="posts/x.jpg", photo_alt=HOSTILE
    )
    link = make_link(hanako, name=HOSTILE, profile_url="javascript:alert(1)")
    Delivery.objects.create(
        post=post, link=link, operation="publish", sequence=1, state="sent", audience="everyone",
        asked_at=post.created_at, sent_at=post.created_at, idempotency_key="k", remote_url="javascript:alert(1)",
    )  # fmt: skip
    SavedDraft.objects.create(member=hanako, form_key="d", title=HOSTILE, text=HOSTILE, url=HOSTILE)
    make_comment(post, hanako, HOSTILE)
    befriend(hanako, make_member("taro"))
    Link.objects.update(profile_url='data:text/html,"><script>')
    tags = Tags(page_of(hanako)[1])
    assert {tag for tag, _given in tags.found} <= ALLOWED
    allowed = {
        "lang",
        "charset",
        "name",
        "content",
        "http-equiv",
        "src",
        "alt",
        "href",
        "class",
        "id",
    }
    for tag, given in tags.found:
        assert set(given) <= allowed, (tag, given)
        assert (given.get("src") or "photos/").startswith("photos/")
        assert (given.get("href") or "https://").startswith("https://")
    assert tags.text.count("<script>alert(1)</script>") >= 9
    policy = next(given for tag, given in tags.found if given.get("http-equiv"))
    assert str(policy["content"]).startswith("default-src 'none'")


def test_a_draft_names_whom_it_is_for_as_far_as_they_are_friends() -> None:
    hanako = make_member("hanako")
    for name in ("taro", "yuki"):
        befriend(hanako, make_member(name))
    people = [one.pk for one in hanako.friendships.order_by("pk")]
    SavedDraft.objects.create(
        member=hanako, form_key="d", audience="chosen", people=people, list_name="家族"
    )
    hanako.friendships.filter(friend__username="yuki").delete()
    got, html = page_of(hanako)
    [row] = got.json("mail.json")["drafts"]
    assert (row["chosen_people"], row["list_name"]) == (["taro"], "家族")
    assert "Chosen people: taro" in Tags(html).text


def test_a_draft_is_shown_with_the_photos_that_came_by_mail_and_those_of_the_form() -> None:
    hanako = make_member("hanako")
    draft = SavedDraft.objects.create(
        member=hanako, form_key="d", photo=a_photo_file(), photo_alt="駅", photo_alt_2="川"
    )
    third, second = (
        KeptPhoto.objects.create(
            member=hanako, key=str(place), place=place, draft=draft, photo=a_photo_file()
        )
        for place in (3, 2)
    )
    KeptPhoto.objects.create(member=hanako, key="of no draft", photo=a_photo_file())
    got, html = page_of(hanako)
    shown = [(given["src"], given["alt"]) for tag, given in Tags(html).found if tag == "img"]
    assert shown == [
        (f"photos/mail-{draft.pk}.jpg", "駅"),
        (f"photos/draft-{second.pk}.jpg", "川"),
        (f"photos/draft-{third.pk}.jpg", ""),
    ]
    assert {source for source, _alt in shown} <= set(got.names)


def test_an_account_without_anything_has_a_page_without_empty_headings() -> None:
    _got, html = page_of(make_member("new"))
    assert "Profile" in html
    assert "<h2>Posts</h2>" not in html
    assert html.rstrip().endswith("</html>")


def test_it_is_read_in_pieces_and_says_no_more_than_the_json() -> None:
    """Its tables are those of the JSON, so no column is read that is not explained there."""
    hanako = make_member("hanako")
    for number in range(120):
        make_post(author=hanako, text=f"words {number}.")
    _got, html = page_of(hanako)
    assert html.index("words 0.") < html.index("words 119.")
    assert html.count("<h2>Posts</h2>") == 1
    assert {section.table.model._meta.model_name for section in SECTIONS} == {
        "member", "post", "saveddraft", "comment", "friendship", "membership", "link",
    }  # fmt: skip
