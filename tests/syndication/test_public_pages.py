"""What somebody sees who is not a member: the front page, the ways in, what other sites show of a page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.test import Client, override_settings
from django.urls import reverse
from PIL import Image

from accounts.models import Audience
from profilelink.checks import check_operator
from syndication.models import PostKind, PostPhoto
from tests.making import make_member, make_post
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db
META = re.compile(r'<meta property="og:([a-z_:]+)" content="([^"]*)">')


def open_graph(html: str) -> dict[str, str]:
    return {name: unescape(content) for name, content in META.findall(html)}


def read(path: str, **extra: str) -> Page:
    response = Client().get(path, **extra)
    return Page(response.text, status=response.status_code, path=path, response=response)


def test_the_front_page_says_what_this_is_and_whose() -> None:
    page = read("/")
    assert "copy" in page
    assert "Mastodon" in page
    assert "mixi" in page
    assert "run by 札幌写真部" in page
    assert page.link("http://testserver/m/").href == "/m/"
    assert page.link("日本語")
    assert len(page.html.encode()) <= 5_000


def test_networks_that_nobody_can_link_here_and_an_unnamed_operator_are_left_out() -> None:
    with override_settings(SITE_OPERATOR=""):
        page = read("/")
        assert [found.id for found in check_operator()] == ["profilelink.W004"]
    assert "Orkut" not in page
    assert "run by" not in page
    assert check_operator() == []


def test_the_pictures_of_the_front_page_are_small_named_for_good_and_said_in_words() -> None:
    for page in (read("/"), PhoneClient().get("/m/")):
        assert len(page.sources) == 2
        assert page.html.count('alt="') == 2
        assert 'alt=""' not in page.html
        for source in page.sources:
            path = finders.find(source.removeprefix("/static/"))
            with open(path, "rb") as file:
                assert len(file.read()) <= 3_000
            with Image.open(path) as picture:
                assert picture.format == "GIF"


def test_who_runs_it_is_shown_as_written_and_never_as_markup() -> None:
    with override_settings(SITE_OPERATOR="<b>Club</b> & co"):
        assert "&lt;b&gt;Club&lt;/b&gt; &amp; co" in read("/").html


@pytest.mark.parametrize("page", ["profile", "post_detail"])
def test_public_pages_lead_to_log_in_and_sign_up_and_back(page: str) -> None:
    hanako = make_member("hanako")
    post = make_post(author=hanako)
    path = reverse(page, args=[post.pk if page == "post_detail" else "hanako"])
    shown = read(path)
    assert (
        shown.link("Log in").href == f"/login/?next={path.replace('/', '%2F').replace('@', '%40')}"
    )
    phone = PhoneClient()
    phone.get("/m/")
    phone.get(path)
    phone.follow("Sign up")
    signed_up = phone.submit(
        "Sign up", username="taro", email="taro@example.com", password1="fyn8-Qoro-wave"
    )
    assert signed_up.path.endswith(path)
    assert "Log in" not in log_in_phone(make_member("yuki")).get(path)


def test_a_profile_shows_the_address_of_its_feed() -> None:
    make_member("hanako")
    page = read("/@hanako/")
    assert page.link("http://testserver/@hanako/feed.atom").href.endswith("/@hanako/feed.atom")
    assert Client().get("/@hanako/feed.atom").status_code == 200


def test_other_sites_are_told_the_words_and_the_photo_of_a_public_post() -> None:
    hanako = make_member("hanako", display_name='花"子')
    post = make_post(author=hanako, kind=PostKind.PHOTO, text="<冬> & 雪" * 40, photo_alt="駅")
    post.photo.save("x.jpg", ContentFile(a_photo()))
    address = reverse("post_detail", args=[post.pk])
    said = open_graph(read(address).html)
    assert said["title"] == '花"子'
    assert said["description"].startswith("<冬> & 雪")
    assert len(said["description"]) <= 121
    assert said["url"] == f"http://testserver{address}"
    assert said["image"] == f"http://testserver{address}photo/1"
    assert said["image:alt"] == "駅"
    assert (said["type"], said["site_name"]) == ("article", "Profile Link")
    assert Client().get(said["image"]).status_code == 200


def test_other_sites_are_told_each_photo_with_its_own_words() -> None:
    hanako = make_member("hanako")
    post = make_post(
        author=hanako, kind=PostKind.PHOTO, text="旅", photo_alt="駅", photo_alt_3="川"
    )
    post.photo.save("x.jpg", ContentFile(a_photo()))
    for place in (2, 3, 4):
        PostPhoto(post=post, place=place).photo.save("x.jpg", ContentFile(a_photo()))
    address = f"http://testserver{reverse('post_detail', args=[post.pk])}photo/"
    html = read(reverse("post_detail", args=[post.pk])).html
    said = [(name, unescape(content)) for name, content in META.findall(html) if "image" in name]
    assert said == [
        ("image", f"{address}1"),
        ("image:alt", "駅"),
        ("image", f"{address}2"),
        ("image", f"{address}3"),
        ("image:alt", "川"),
        ("image", f"{address}4"),
    ]
    assert Client().get(f"{address}4").status_code == 200


def test_behind_a_warning_other_sites_are_told_the_warning_alone() -> None:
    hanako = make_member("hanako")
    post = make_post(
        author=hanako, kind=PostKind.NOTE, title="the end", text="he dies", warning="film"
    )
    post.photo.save("x.jpg", ContentFile(a_photo()))
    said = open_graph(read(reverse("post_detail", args=[post.pk])).html)
    assert (said["title"], said["description"]) == ("hanako", "[film]")
    assert "image" not in said


def test_a_profile_tells_other_sites_what_everyone_may_see_and_no_more() -> None:
    hanako = make_member("hanako", display_name="山﨑", about="sings", about_audience="everyone")
    hanako.picture.save("x.jpg", ContentFile(a_photo()))
    said = open_graph(read("/@hanako/").html)
    assert (said["title"], said["description"], said["type"]) == ("山﨑", "sings", "profile")
    assert "image" not in said  # for friends
    hanako.picture_audience = Audience.EVERYONE
    hanako.about_audience = hanako.display_name_audience = Audience.FRIENDS
    hanako.save()
    said = open_graph(read("/@hanako/").html)
    assert said["title"] == "hanako"
    assert "description" not in said
    assert said["image"] == "http://testserver/@hanako/picture"


def test_only_a_page_without_session_tells_other_sites_anything() -> None:
    """A preview is made by a machine without one; what a member sees is that member's alone."""
    hanako = make_member("hanako")
    public = reverse("post_detail", args=[make_post(author=hanako).pk])
    private = reverse("post_detail", args=[make_post(author=hanako, audience="friends").pk])
    assert open_graph(read(public).html)
    for path in (public, private, "/@hanako/"):
        assert not open_graph(computer(hanako).get(path).text)
        assert not open_graph(log_in_phone(hanako).get(path).html)
    assert read(private).status == 404
