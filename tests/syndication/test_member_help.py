"""A lost phone, a lost second step, a lost address: what the member presses, what staff press, and what waits."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.actions import phones
from accounts.models import AccessRecovery, Member
from accounts.models.access_recovery import CONFIRM_WITHIN, WAIT, WAIT_WITHOUT_SECOND_YES
from syndication.actions import member_help, post_addresses, reply_addresses
from syndication.models import ReplyAddress, StaffDecision
from tests.mailing import send_mails
from tests.making import PASSWORD, make_member, make_post
from tests.noticing import make_notice
from tests.phone import PhoneClient, computer, log_in_phone
from tests.syndication.reporting import log_in_staff

pytestmark = pytest.mark.django_db

PIN = "8306"
WHY = "電話で本人の生年月日と最後の投稿を確かめました。"
NEW = "hanako-new@example.jp"
WORDS = "entirely new words"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


@pytest.fixture
def support() -> Client:
    return log_in_staff("Support", "support")


def log_in(name: str = "hanako", password: str = PASSWORD) -> PhoneClient:
    """By the form, as people do: so that allauth lists the session."""
    phone = PhoneClient()
    phone.get(reverse("account_login"))
    phone.submit("Log in", login=name, password=password)
    return phone


def is_in(phone: PhoneClient) -> bool:
    return "Log out" in phone.get(reverse("security"))


def bookmark_of(member: Member) -> str:
    _phone, code = phones.create_bookmark(by=member, device="F-01J", pin=PIN, session_key="")
    return reverse("pin_enter", args=[code])


def help_page(member: Member, page: str) -> str:
    return reverse(f"admin:member_{page}", args=[member.pk])


def press(staff: Client, member: Member, page: str, **fields: str) -> str:
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = staff.post(help_page(member, page), {"reason": WHY, **fields}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def ask_for_address(staff: Client, member: Member, address: str = NEW) -> str:
    return press(staff, member, "lost_address", address=address, again=address)


def no_way_in(member: Member) -> Member:
    """As whoever never set a password: no PIN, no session."""
    member.set_unusable_password()
    member.save()
    return member


def with_second_step(member: Member) -> None:
    Authenticator.objects.create(user=member, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=member, type="recovery_codes", data={"seed": "x"})


def after(wait: timedelta) -> int:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return member_help.carry_out_recoveries(timezone.now() + wait)


# --- The member, from a computer ------------------------------------------------------------------
def test_one_press_ends_all_that_a_lost_phone_could_use(hanako, settings):
    settings.POST_MAIL_DOMAIN = "post.example.jp"
    lost, desk, bookmark = log_in(), log_in(), bookmark_of(hanako)
    post_addresses.enable_post_by_mail(by=hanako)
    ReplyAddress.objects.create(
        member=hanako, post=make_post(author=hanako), token_hash="x", mailed_to=hanako.email
    )
    desk.get(reverse("phone_list"))
    page = desk.follow("5 Lost phone")
    for words in (
        "1 session besides this one",
        "1 bookmark with its PIN",
        "the address for posts by email",
        "1 address for a reply by email",
        "hanako@example.com",
    ):
        assert words in page
    assert is_in(lost)
    desk.get(reverse("phone_lost"))
    desk.submit("End it all")
    assert "Nobody comes in by the lost phone any more." in desk.page
    assert is_in(desk)
    assert not is_in(lost)
    assert PhoneClient().get(bookmark).status == 410
    assert post_addresses.live_post_address(hanako) is None
    assert not ReplyAddress.objects.exists()
    assert "0 sessions besides this one" in desk.get(reverse("phone_lost"))


def test_mails_to_the_lost_phone_are_paused_until_a_press(hanako):
    desk = log_in()
    desk.get(reverse("phone_lost"))
    desk.submit("End it all")
    make_notice(hanako, "session_ended_by_staff")
    send_mails()
    ask_for_password(hanako.email)
    assert mail.outbox == []
    assert "Emails to you are paused: a phone was lost." in desk.get("/")
    desk.get(reverse("mail_settings"))
    desk.submit("Send emails again")
    assert "paused" not in desk.get("/")
    ask_for_password(hanako.email)
    assert len(mail.outbox) == 1


def test_who_unticks_it_gets_mails_as_before(hanako):
    desk = log_in()
    desk.get(reverse("phone_lost"))
    desk.submit("End it all", pause=None)
    ask_for_password(hanako.email)
    assert len(mail.outbox) == 1


def test_who_found_the_phone_shuts_no_new_password_to_its_owner(hanako):
    """A session by QR code or PIN, in which no password was typed."""
    found = log_in_phone(hanako)
    found.get(reverse("phone_lost"))
    found.submit("End it all")
    assert found.page.path.split("?")[0].endswith(reverse("account_reauthenticate"))
    ask_for_password(hanako.email)
    assert len(mail.outbox) == 1
    assert "paused" not in found.get("/")


def add_address(phone: PhoneClient, email: str) -> None:
    """It waits until the link in a mail to it is pressed."""
    phone.get("/account/mail/")
    phone.submit("Add", email=email)
    phone.submit("Continue", password=PASSWORD)
    phone.submit("Add")


def ask_for_password(email: str) -> None:
    phone = PhoneClient()
    phone.get(reverse("account_reset_password"))
    phone.submit(email=email)


@pytest.mark.parametrize("how", ["lost phone", "staff", "sessions"])
def test_links_that_were_mailed_before_open_nothing(hanako, support, how):
    """As they lie in the mails of the lost phone."""
    _lost, desk = log_in(), log_in()
    ask_for_password(hanako.email)
    add_address(desk, "thief@example.com")
    new_password, confirm = mail.outbox
    if how == "staff":
        press(support, hanako, "lost_phone")
    else:
        desk.get(reverse("phone_lost" if how == "lost phone" else "session_list"))
        desk.submit("End it all" if how == "lost phone" else "End all but this one")
    stranger = PhoneClient()
    assert "used already" in stranger.get(mailed_link("password/reset", new_password))
    assert "used already" in stranger.get(mailed_link("/mail", confirm))
    addresses = EmailAddress.objects.filter(user=hanako, email="thief@example.com")
    assert [each.verified for each in addresses] == [False]


def test_a_changed_password_ends_the_links_that_would_confirm_an_address(hanako):
    desk = log_in()
    add_address(desk, "thief@example.com")
    [confirm] = mail.outbox
    desk.get("/account/password/")
    desk.submit("Change password", oldpassword=PASSWORD, password1=WORDS, password2=WORDS)
    assert "used already" in PhoneClient().get(mailed_link("/mail", confirm))
    assert not EmailAddress.objects.filter(email="thief@example.com", verified=True).exists()


# --- Staff ----------------------------------------------------------------------------------------
def test_staff_end_all_ways_in_and_a_link_goes_to_the_address_that_is_held(hanako, support):
    second = EmailAddress.objects.create(user=hanako, email="pc@example.jp", verified=True)
    lost, bookmark = log_in(), bookmark_of(hanako)
    page = support.get(help_page(hanako, "lost_phone")).content.decode()
    assert "What ends: sessions (1), bookmarks with their PINs (1)." in page
    assert is_in(lost)
    said = press(support, hanako, "lost_phone", held=second.email)
    assert "A link for a new password was mailed to pc@example.jp." in said
    assert not is_in(lost)
    assert PhoneClient().get(bookmark).status == 410
    [link] = [one for one in mail.outbox if "password/reset" in one.body]
    assert link.to == ["pc@example.jp"]
    set_password_by(link)
    assert is_in(log_in(password=WORDS))
    kinds = StaffDecision.objects.filter(member=hanako).order_by("pk")
    assert [one.kind for one in kinds] == ["lost_phone", "way_in"]
    assert {(one.reason, one.by.username) for one in kinds} == {(WHY, "support")}


def test_the_new_way_in_never_replaces_the_second_step(hanako, support):
    with_second_step(hanako)
    press(support, hanako, "lost_phone", held=hanako.email)
    [link] = [one for one in mail.outbox if "password/reset" in one.body]
    set_password_by(link)
    phone = log_in(password=WORDS)
    assert "Type the code that your app shows" in phone.page
    assert not is_in(phone)


def mailed_link(what: str, mailed: mail.EmailMessage) -> str:
    return re.search(rf"http://testserver(\S*{what}/\S+)", mailed.body)[1]


def set_password_by(mailed: mail.EmailMessage) -> None:
    phone = PhoneClient()
    phone.get(mailed_link("password/reset", mailed))
    phone.submit(password1=WORDS, password2=WORDS)


def test_no_link_goes_to_an_address_that_is_not_the_members(hanako, support):
    make_member("taro")
    EmailAddress.objects.create(user=hanako, email="not-yet@example.jp", verified=False)
    lost = log_in()
    for address in ("taro@example.com", "not-yet@example.jp", "typed@example.jp"):
        assert "Select a valid choice" in press(support, hanako, "lost_phone", held=address)
    assert is_in(lost)
    assert mail.outbox == []


def test_a_reason_is_asked_for_and_nothing_happens_without_it(hanako, support):
    lost = log_in()
    assert "Say why" in press(support, hanako, "lost_phone", reason=" ")
    assert is_in(lost)


def test_staff_are_not_helped_by_staff(support):
    other = make_member("osamu", is_staff=True)
    assert "This is not for staff" in press(support, other, "lost_phone")
    with_second_step(other)
    assert "This is not for staff" in press(support, other, "lost_factor")
    assert "This is not for staff" in ask_for_address(support, no_way_in(other))
    assert not AccessRecovery.objects.exists()
    assert not StaffDecision.objects.exists()


@pytest.mark.parametrize("way", ["password", "pin", "session"])
def test_staff_type_no_address_for_who_can_still_come_in(hanako, support, way):
    if way == "session":
        log_in()
    if way != "password":
        Member.objects.filter(pk=hanako.pk).update(password="!")
    if way == "pin":
        bookmark_of(hanako)
    page = support.get(help_page(hanako, "lost_address")).content.decode()
    assert "Staff type no address for this member" in page
    assert 'name="address"' not in page
    ask_for_address(support, hanako)
    assert not AccessRecovery.objects.exists()


def test_another_address_waits_and_the_old_one_is_told(hanako, support):
    no_way_in(hanako)
    assert "It waits now" in ask_for_address(support, hanako)
    assert [one.to for one in mail.outbox] == [["hanako@example.com"]]
    assert "Log in once: that stops it." in mail.outbox[0].body
    assert after(WAIT + WAIT_WITHOUT_SECOND_YES - timedelta(hours=1)) == 0
    assert Member.objects.get(pk=hanako.pk).email == "hanako@example.com"
    assert after(WAITED) == 1
    reader = PhoneClient()
    reader.get(confirm_link())
    assert f"Does {NEW} belong to hanako?" in reader.page
    assert Member.objects.get(pk=hanako.pk).email == "hanako@example.com"  # nobody pressed yet
    assert StaffDecision.objects.filter(kind="recovered").count() == 0
    confirm(reader)
    assert Member.objects.get(pk=hanako.pk).email == NEW
    addresses = EmailAddress.objects.filter(user=hanako)
    assert list(addresses.values_list("email", "verified")) == [(NEW, True)]
    assert mail.outbox[-1].to == ["hanako@example.com"]
    assert "is another one from now on" in mail.outbox[-1].body
    reader.submit(password1="entirely new words", password2="entirely new words")
    assert is_in(log_in(password="entirely new words"))
    assert StaffDecision.objects.filter(kind="recovered", member=hanako).count() == 1
    assert after(WAIT * 2) == 0
    assert PhoneClient().get(confirm_link()).status == 410


WAITED = WAIT + WAIT_WITHOUT_SECOND_YES + timedelta(hours=1)


def confirm_link() -> str:
    """Of the mail to the new address."""
    [link] = [one for one in mail.outbox if "Confirm it here" in one.body]
    assert link.to == [NEW]
    return re.search(r"http://testserver(/account/mail/\S+)", link.body)[1]


def confirm(reader: PhoneClient) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        reader.submit("Yes")


def test_an_address_that_nobody_confirms_changes_nothing(hanako, support):
    no_way_in(hanako)
    ask_for_address(support, hanako)
    assert after(WAITED) == 1
    assert after(WAITED) == 0  # and is mailed once
    assert after(WAITED + CONFIRM_WITHIN - timedelta(hours=1)) == 0
    assert after(WAITED + CONFIRM_WITHIN + timedelta(hours=1)) == 1
    assert AccessRecovery.objects.get().end_reason == "lapsed"
    assert Member.objects.get(pk=hanako.pk).email == "hanako@example.com"
    assert Member.objects.get(pk=hanako.pk).recovery_asked_at is None
    assert PhoneClient().get(confirm_link()).status == 410
    assert not StaffDecision.objects.filter(kind="recovered").exists()


@pytest.mark.parametrize("what", ["stop", "password", "taken"])
def test_what_was_stopped_after_the_link_was_mailed_is_not_confirmed(hanako, support, what):
    no_way_in(hanako)
    ask_for_address(support, hanako)
    after(WAITED)
    reader = PhoneClient()
    reader.get(confirm_link())
    if what == "stop":
        press(support, hanako, "recovery", command="stop")
    elif what == "password":  # by a link to the old address
        Member.objects.filter(pk=hanako.pk).update(password=make_member("other").password)
    else:
        make_member("hanako2", email=NEW)
    confirm(reader)
    assert "was used already, is too old, or was stopped" in reader.page
    assert Member.objects.get(pk=hanako.pk).email == "hanako@example.com"
    assert AccessRecovery.objects.get().end_reason == "staff"


def test_a_link_that_was_not_mailed_confirms_nothing(hanako, support):
    no_way_in(hanako)
    ask_for_address(support, hanako)
    after(WAITED)
    link = confirm_link()
    for false in (link[:-3] + "aa/", reverse("address_confirm", args=["x"])):
        assert PhoneClient().get(false).status == 410


def test_staff_read_that_the_link_waits_and_no_yes_is_asked_for_any_more(hanako, support):
    no_way_in(hanako)
    ask_for_address(support, hanako)
    after(WAITED)
    second = log_in_staff("Support", "sachiko")
    page = second.get(reverse("admin:accounts_member_change", args=[hanako.pk])).content.decode()
    assert "The address counts once it was pressed there." in page
    assert "Yes, I agree" not in page
    assert "A second yes" not in second.get(reverse("admin:index")).content.decode()


def test_an_address_that_another_member_confirmed_meanwhile_is_not_taken(hanako, support):
    """Whoever waits signs up anew, with the address that they gave; others behind must not wait for it."""
    no_way_in(hanako)
    ask_for_address(support, hanako)
    taro = no_way_in(make_member("taro"))
    ask_for_address(support, taro, "taro-new@example.jp")
    make_member("hanako2", email=NEW)
    assert after(WAITED) == 1
    assert [one.to for one in mail.outbox if "Confirm it" in one.body] == [["taro-new@example.jp"]]
    assert AccessRecovery.objects.get(member=hanako).end_reason == "staff"
    assert AccessRecovery.objects.get(member=taro).ended_at is None


def test_where_there_is_a_second_person_it_waits_for_their_yes(hanako, support):
    with_second_step(hanako)
    second = log_in_staff("Support", "sachiko")
    press(support, hanako, "lost_factor")
    assert after(WAIT * 3) == 0
    assert "The second yes is another person’s." in agree(support, hanako)
    assert after(WAIT * 3) == 0
    assert "said the second yes" in agree(second, hanako)
    assert after(WAIT - timedelta(hours=1)) == 0
    assert after(WAIT + timedelta(hours=1)) == 1
    assert not Authenticator.objects.filter(user=hanako).exists()
    kinds = StaffDecision.objects.order_by("pk").values_list("kind", "by__username")
    assert list(kinds) == [("asked", "support"), ("agreed", "sachiko"), ("recovered", "sachiko")]
    assert is_in(log_in())


def agree(staff: Client, member: Member) -> str:
    return press(staff, member, "recovery", command="agree")


def test_a_log_in_stops_it(hanako, support):
    no_way_in(hanako)
    ask_for_address(support, hanako)
    hanako.set_password(PASSWORD)  # by a link to the old address, which is held after all
    hanako.save(update_fields=["password"])
    assert is_in(log_in())
    assert AccessRecovery.objects.get().end_reason == "login"
    assert after(WAIT * 3) == 0


def test_a_password_that_was_set_meanwhile_stops_it(hanako, support):
    """By a link to the old address, which somebody still reads."""
    no_way_in(hanako)
    ask_for_address(support, hanako)
    Member.objects.filter(pk=hanako.pk).update(password=make_member("other").password)
    assert after(WAIT * 3) == 0
    assert Member.objects.get(pk=hanako.pk).email == "hanako@example.com"
    assert AccessRecovery.objects.get().end_reason == "staff"


def test_the_mails_are_in_the_language_of_the_member(hanako, support):
    Member.objects.filter(pk=hanako.pk).update(language="ja")
    with_second_step(hanako)
    press(support, hanako, "lost_factor")
    after(WAIT + WAIT_WITHOUT_SECOND_YES + timedelta(hours=1))
    assert [one.subject for one in mail.outbox] == ["Profile Link: ログイン方法変更"] * 2
    assert "2段階認証の解除" in mail.outbox[0].body
    assert "2段階認証を解除しました" in mail.outbox[1].body


def test_half_a_log_in_does_not_stop_it(hanako, support):
    """Who has the password and not the second step has not shown that nothing is lost."""
    with_second_step(hanako)
    press(support, hanako, "lost_factor")
    assert "Type the code" in log_in().page
    assert AccessRecovery.objects.get().ended_at is None


def test_every_page_of_a_live_session_says_so_and_one_press_stops_it(hanako, support):
    phone = log_in_phone(hanako)
    with_second_step(hanako)
    press(support, hanako, "lost_factor")
    for name in ("home", "friend_list", "security"):
        assert "Not you? Stop it here." in phone.get(reverse(name))
    phone.follow("The staff were asked to change how you log in. Not you? Stop it here.")
    phone.submit("Stop it")
    assert "Nothing changes" in phone.page
    assert "Not you?" not in phone.get("/")
    assert AccessRecovery.objects.get().end_reason == "member"
    assert after(WAIT * 3) == 0
    assert Authenticator.objects.filter(user=hanako).count() == 2


def test_staff_stop_it_and_one_thing_waits_at_a_time(hanako, support):
    with_second_step(hanako)
    press(support, hanako, "lost_factor")
    assert "Something waits for this member already" in press(support, hanako, "lost_factor")
    press(support, hanako, "recovery", command="stop")
    assert AccessRecovery.objects.get().end_reason == "staff"
    assert after(WAIT * 3) == 0


def test_an_address_is_typed_twice_and_is_nobody_elses(hanako, support):
    no_way_in(hanako)
    make_member("taro")
    said = press(support, hanako, "lost_address", address=NEW, again="hanako-nwe@example.jp")
    assert "This is another address than the first." in said
    assert NEW in said
    assert "This address cannot be used." in ask_for_address(support, hanako, "taro@example.com")
    assert not AccessRecovery.objects.exists()


def test_the_members_page_in_admin_says_what_waits_and_shows_no_word_of_theirs(hanako, support):
    make_post(author=hanako, text="ひみつの予定", audience="only_me")
    log_in()
    with_second_step(hanako)
    press(support, hanako, "lost_factor")
    page = support.get(reverse("admin:accounts_member_change", args=[hanako.pk])).content.decode()
    for words in ("A change of the log-in waits", "a flip phone (F-01J)", WHY, "Stop it"):
        assert words in page
    assert "ひみつの予定" not in page


def test_the_members_page_shows_each_list_to_whom_its_rows_may_be_shown(hanako, support):
    bookmark_of(hanako)
    lists = [
        "Links",
        "Phones with a bookmark",
        "Sessions",
        "Deliveries in trouble",
        "What was decided",
    ]
    address = reverse("admin:accounts_member_change", args=[hanako.pk])
    page = support.get(address).content.decode()
    assert [one for one in lists if f"<h2>{one}</h2>" not in page] == []
    assert "<li>F-01J" in page
    assert page.count("<li>None.</li>") == 4
    other = make_member("other", is_staff=True)
    other.user_permissions.set(
        Permission.objects.filter(codename__in=["view_member", "view_phone"])
    )
    page = computer(other).get(address).content.decode()
    assert [one for one in lists if f"<h2>{one}</h2>" in page] == ["Phones with a bookmark"]


@pytest.mark.parametrize("group", ["Moderators", "Operators"])
def test_only_support_helps(hanako, group):
    staff, lost = log_in_staff(group), log_in()
    for page in ("lost_phone", "lost_factor", "lost_address", "recovery"):
        assert staff.get(help_page(hanako, page)).status_code == 403
        assert staff.post(help_page(hanako, page), {"reason": WHY}).status_code == 403
    assert is_in(lost)


def test_reply_addresses_are_not_made_for_a_phone_that_is_lost(hanako, settings):
    settings.POST_MAIL_DOMAIN = "post.example.jp"
    reply_addresses.set_reply_by_mail(by=hanako, is_on=True)
    member_help.report_lost_phone(by=hanako, kept_key=None, pauses_mails=True)
    make_notice(hanako, "session_ended_by_staff")
    send_mails()
    assert mail.outbox == []
    assert not ReplyAddress.objects.exists()
