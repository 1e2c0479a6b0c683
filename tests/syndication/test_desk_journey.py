"""A day at the desk by pages alone, in both languages: a report, a lost phone, a network that is paused."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.test import TestCase
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, pgettext

from accounts.models import Member
from syndication.models import Delivery, Post, ReportCase
from tests.making import PASSWORD, befriend, make_link, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.staff_browser import StaffBrowser
from tests.syndication.feeds import add_copy

pytestmark = pytest.mark.django_db

TODAY = reverse("admin:index")
Say = Callable[..., str]


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def say(language: str) -> Say:
    """A sentence of the product in the language of this run."""

    def words(english: str, context: str = "") -> str:
        with translation.override(language):
            return pgettext(context, english) if context else gettext(english)

    return words


@pytest.fixture
def hanako(language: str) -> Member:
    return make_member("hanako", language=language)


@pytest.fixture
def taro(hanako: Member, language: str) -> Member:
    taro = make_member("taro", language=language)
    befriend(hanako, taro)
    return taro


def report(phone: PhoneClient, post: Post, say: Say) -> None:
    phone.get(reverse("post_detail", args=[post.pk]))
    phone.follow(f"6 {say('More')}")
    phone.follow(f"2 {say('Report', 'verb')}")
    phone.follow(f"3 {say('Private facts or pictures of somebody')}")
    phone.submit(say("Send the report"), {"words": "本人の住所です"})


def report_from_outside(post: Post, say: Say, language: str) -> None:
    visitor = PhoneClient(HTTP_ACCEPT_LANGUAGE=language)
    visitor.get(reverse("post_detail", args=[post.pk]))
    visitor.follow(f"6 {say('Report this page')}")
    given = {"words": "母の住所です", "reason": "privacy", "email": "gaibu@example.jp"}
    visitor.submit(say("Send"), given)


def keep(staff: StaffBrowser, name: str) -> None:
    """The pages as files, for whoever looks at pictures of them."""
    if folder := os.environ.get("STAFF_PAGES"):
        for number, page in enumerate(staff.pages):
            (Path(folder) / f"{name}-{number:02}.html").write_text(page.html, encoding="utf-8")


def test_a_report_comes_in_and_the_post_goes_with_its_copies(hanako, taro, say, language):
    link = make_link(hanako, "mastodon", host="m.example")
    post = make_post(author=hanako, text="駅前の写真")
    copy = add_copy(post, link)
    reporter, writer = (log_in_phone(one, HTTP_ACCEPT_LANGUAGE=language) for one in (taro, hanako))
    report(reporter, post, say)
    report_from_outside(post, say, language)
    assert ReportCase.objects.get().report_count == 2
    staff = StaffBrowser("Moderators", language)
    staff.open(TODAY)
    assert say("A report: %(what)s") % {"what": say("Post")} in staff.page
    staff.follow(say("Decide"))
    for words in ("駅前の写真", "本人の住所です", "母の住所です", "Mastodon"):
        assert words in staff.page
    with TestCase.captureOnCommitCallbacks(execute=True):
        staff.press(say("Hide", "staff"), reason="規約の3番")
    assert staff.page.path == TODAY
    [answer] = [one for one in mail.outbox if one.to == ["gaibu@example.jp"]]
    assert "what you reported is hidden" in answer.body  # a visitor has no language: the site's
    writer.get(reverse("notice_list"))
    writer.follow(say("The staff hid a post of yours."))
    writer.submit(say("Send the objection"), {"text": "店の住所です"})
    staff.open(TODAY)
    staff.follow(say("Decide"))
    assert "店の住所です" in staff.page
    with TestCase.captureOnCommitCallbacks(execute=True):
        staff.press(say("Remove", "staff"), reason="個人の住所でした")
    assert say("Nothing. All is well as far as you can see.") in staff.open(TODAY)
    keep(staff, f"report-{language}")
    taken_back = Delivery.objects.get(link=link, operation="delete")
    assert (taken_back.post, taken_back.state) == (post, "waiting")
    assert copy.state == "sent"
    assert reporter.get(reverse("post_detail", args=[post.pk])).status == 404
    assert say("The staff removed a post of yours.") in writer.get(reverse("notice_list"))
    told = say("Your report was settled: what you reported was removed.")
    assert told in reporter.get(reverse("notice_list"))


def test_a_member_who_lost_the_phone_is_in_again(hanako, say, language):
    lost = PhoneClient(HTTP_ACCEPT_LANGUAGE=language)
    lost.get(reverse("account_login"))
    lost.submit(say("Log in"), login="hanako", password=PASSWORD)
    staff = StaffBrowser("Support", language)
    staff.open(TODAY)
    staff.press(say("Find"), q="hanako")
    staff.follow("hanako")
    html = staff.page.html
    assert html.index(say("Lost phone")) < html.index(say("Sessions")) < html.index("<fieldset")
    staff.follow(say("Lost phone"))
    with TestCase.captureOnCommitCallbacks(execute=True):
        staff.press(say("End it all"), reason="電話で確かめました", held="hanako@example.com")
    said = say("Ended. A link for a new password was mailed to %(address)s.")
    assert said % {"address": "hanako@example.com"} in staff.page
    assert say("link for a new password mailed", "staff") in staff.page
    keep(staff, f"phone-{language}")
    assert say("Log out") not in lost.get(reverse("security"))
    [link] = [one for one in mail.outbox if "password/reset" in one.body]
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=language)
    phone.get(re.search(r"http://testserver(\S*password/reset/\S+)", link.body)[1])
    phone.submit(password1="entirely new words", password2="entirely new words")
    phone.get(reverse("account_login"))
    phone.submit(say("Log in"), login="hanako", password="entirely new words")
    assert say("Log out") in phone.get(reverse("security"))
    assert say("The staff ended your sessions: a phone was lost.") in phone.get(
        reverse("notice_list")
    )


def test_a_network_is_paused_and_goes_on(hanako, say, language):
    make_link(hanako)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    staff = StaffBrowser("Operators", language)
    staff.open(TODAY)
    staff.follow(say("Pause %(name)s") % {"name": "mixi"})
    assert "“" not in staff.page or language == "en"
    staff.press(say("Pause %(network)s") % {"network": "mixi"}, reason="修理中：18時まで")
    assert "修理中：18時まで" in staff.page
    paused = say("%(name)s is paused by the staff: posts wait and are sent later.")
    links = phone.get(reverse("link_list"))
    assert paused % {"name": "mixi"} in links
    assert "修理中：18時まで" in links
    staff.press(say("Let it go on"))
    keep(staff, f"pause-{language}")
    assert "修理中：18時まで" not in phone.get(reverse("link_list"))
