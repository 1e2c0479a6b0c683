"""Linking mixi under an address and with a cookie: away, back, the number, the member's word."""

import io
from datetime import timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.db.models import F
from PIL import Image

from accounts.actions import linking
from accounts.crypto import encryption
from accounts.models import LinkAttempt
from accounts.signals import account_linked
from syndication.models import Link
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone, read
from tests.making import make_member
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of
from tests.syndication.importing import import_friends

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def heard():
    """What the signal told."""
    calls = []

    def listen(sender, **told):
        calls.append(told)

    account_linked.connect(listen)
    yield calls
    account_linked.disconnect(listen)


def age(**by):
    LinkAttempt.objects.update(
        created_at=F("created_at") - timedelta(**by), expires_at=F("expires_at") - timedelta(**by)
    )


def test_a_phone_without_cookies_links_mixi(sandbox, hanako, heard):
    phone = log_in_phone(hanako)
    token = phone.token
    page = come_back(phone, leave_by_phone(phone))
    assert "mixi account ザキ → Profile Link member hanako" in page
    assert "Not you" in page
    assert not SocialAccount.objects.exists()
    assert phone.token != token
    token = phone.token
    page = phone.submit("Link")
    assert page.status == 200
    account = SocialAccount.objects.get()
    assert (account.user, account.provider, account.uid) == (hanako, "mixi", "ezkjdy9s8rwsc")
    assert account.extra_data["name"] == "ザキ"
    assert phone.token != token
    [told] = heard
    assert told["account"] == account
    assert not told["is_again"]
    assert told["credentials"]["access_token"]
    assert told["credentials"]["refresh_token"]
    assert 880 < told["credentials"]["expires_in"] <= 900
    assert "w_voice" in told["credentials"]["scopes"]


def test_the_seconds_of_the_access_token_run_while_the_page_waits(sandbox, hanako, heard):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    row = LinkAttempt.objects.get()
    result = encryption.decrypt_json(row.sealed_result)
    row.sealed_result = encryption.encrypt_json({**result, "heard_at": result["heard_at"] - 300})
    row.save()
    phone.submit("Link")
    assert 580 < heard[0]["credentials"]["expires_in"] <= 600


def test_the_page_says_what_linking_does_which_box_to_tick_and_the_number(sandbox, hanako):
    page = log_in_phone(hanako).get("/links/mixi/")
    assert "posts to Everyone also appear on mixi, under your mixi name" in page
    assert "今後、このサービスに対して常に同意する" in page
    assert "Remember this number" in page
    assert "mixi never does" in page
    assert "Remember this number" not in read(computer(hanako).get("/links/mixi/"))


def test_stop_links_nothing_and_wipes_what_waited(sandbox, hanako, heard):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    page = phone.submit("Stop")
    assert "nothing was linked" in page
    row = LinkAttempt.objects.get()
    assert row.used_at
    assert (row.sealed_result, row.sealed_stash) == ("", "")
    assert not heard
    assert phone.get("/links/confirm/mixi/").status == 410


def test_name_and_picture_are_taken_over_only_when_ticked(sandbox, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    hanako.refresh_from_db()
    assert (hanako.display_name, bool(hanako.picture)) == ("", False)

    come_back(phone, leave_by_phone(phone))
    phone.submit("Link", take_name="on", take_picture="on")
    hanako.refresh_from_db()
    assert hanako.display_name == "ザキ"
    with hanako.picture.open() as stored:
        picture = Image.open(io.BytesIO(stored.read()))
    assert picture.format == "JPEG"
    assert max(picture.size) <= 240


def test_a_picture_for_friends_alone_is_not_taken_over(sandbox, hanako):
    account = sandbox.mixi.state.named("hanako")
    for is_private in (False, True):
        account.has_private_face = is_private
        phone = log_in_phone(hanako)
        come_back(phone, leave_by_phone(phone))
        result = encryption.decrypt_json(LinkAttempt.objects.latest("created_at").sealed_result)
        assert ("noimage" in result["account"]["picture_url"]) is is_private


def test_a_token_that_has_a_type_is_shown_by_that_word(sandbox, hanako, heard):
    sandbox.mixi.state.settings.bearer_only = True
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    assert heard[0]["credentials"]["token_type"] == "Bearer"
    link = Link.objects.get()
    import_friends(link.pk)
    assert link.friends.exists()


def test_a_picture_that_cannot_be_had_does_not_stop_the_link(sandbox, hanako, settings):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    settings.ALLOWED_PRIVATE_HOSTS = []  # the picture stands on loopback
    page = phone.submit("Link", take_picture="on")
    assert "The picture could not be fetched. Choose one in your profile." in page
    assert SocialAccount.objects.exists()


def test_linking_again_renews_the_same_account(sandbox, hanako, heard):
    phone = log_in_phone(hanako)
    for _turn in range(2):
        come_back(phone, leave_by_phone(phone))
        phone.submit("Link")
    assert SocialAccount.objects.count() == 1
    assert [told["is_again"] for told in heard] == [False, True]


def test_an_account_that_another_member_linked_is_refused_in_words(sandbox, hanako, heard):
    taro = make_member("taro")
    SocialAccount.objects.create(user=taro, provider="mixi", uid="ezkjdy9s8rwsc")
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    page = phone.submit("Link")
    assert "linked by another member" in page
    assert SocialAccount.objects.get().user == taro
    assert not heard
    assert LinkAttempt.objects.get().sealed_result == ""


def test_the_member_hears_of_it_by_mail(sandbox, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    [message] = [sent for sent in mail.outbox if "mixi" in sent.subject]
    assert message.to == ["hanako@example.com"]
    assert "ザキ" in message.body
    assert "/s/" not in message.body


def test_saying_no_over_there_links_nothing_and_offers_the_way_back(sandbox, hanako, heard):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    phone.get(away.agree(button="deny"), bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "did not agree" in page
    assert page.link("Start again").href == f"{phone.base}/links/mixi/"
    assert not heard


@pytest.mark.parametrize("fault", ["500_before", "bad_json", "drop_after", "huge", "redirect"])
@pytest.mark.parametrize("match", ["POST /2/token", "GET /2/people"])
def test_a_network_that_fails_at_the_exchange_is_told_with_what_to_do(
    sandbox, hanako, heard, fault, match
):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    sandbox.faults.add("mixi", fault, match=match)
    phone.get(away.agree(), bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "mixi gave no clear answer" in page
    assert page.link("Start again")
    assert not heard
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link")
    assert len(heard) == 1


def test_a_browser_that_does_not_say_what_it_is_gets_the_page_for_computers(sandbox, hanako):
    client = computer(hanako)
    del client.defaults["HTTP_USER_AGENT"]
    assert "&display=pc" in leave_by_computer(client).address


def test_a_number_is_kept_by_a_hash_of_its_own_attempt():
    """Else one attempt's row would say which number another member's page shows."""
    assert linking._mac("1234", "one attempt") == linking._mac("1234", "one attempt")
    assert linking._mac("1234", "one attempt") != linking._mac("1234", "another")
    assert len({linking._hash(each, "key") for each in ("mixi", "mastodon")}) == 2
    assert len(linking._hash("mixi", "key")) == LinkAttempt._meta.get_field("state_hash").max_length


def test_a_code_that_is_too_old_is_told(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    back = away.agree()
    sandbox.clock.advance(181)
    phone.get(back, bare=True)
    assert "no clear answer" in phone.submit("Continue", number=away.number)


def test_the_code_is_exchanged_once_however_often_the_page_is_opened(sandbox, hanako, heard):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    back = away.agree()
    for _turn in range(3):
        assert "Type the number" in phone.get(back, bare=True)
    phone.submit("Continue", number=away.number)
    phone.submit("Link")
    assert len(heard) == 1


def test_full_width_digits_are_the_same_number(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    phone.get(away.agree(), bare=True)
    wide = away.number.translate({ord(str(n)): ord("０") + n for n in range(10)})
    assert "Link these two?" in phone.submit("Continue", number=wide)


def test_tokens_of_who_never_confirms_are_wiped_when_the_time_is_over(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    phone.get(away.agree(), bare=True)
    assert LinkAttempt.objects.get().sealed_result
    LinkAttempt.objects.update(expires_at=F("expires_at") - timedelta(minutes=11))
    assert linking.expire_link_attempts() == 0
    row = LinkAttempt.objects.get()
    assert (row.sealed_result, row.sealed_stash) == ("", "")
    age(hours=25)
    assert linking.expire_link_attempts() == 1


def test_the_session_may_go_on_under_another_key_meanwhile(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    other = PhoneClient()
    other.token = phone.token
    other.get("/account/password/")
    other.submit(
        "Change password",
        oldpassword="correct horse battery staple",
        password1="another horse battery",
        password2="another horse battery",
    )
    assert other.token != phone.token
    phone.get(away.agree(), bare=True)
    assert "Link these two?" in phone.submit("Continue", number=away.number)
    assert LinkAttempt.objects.get().session_key == session_key_of(phone)


def test_nothing_can_be_linked_without_log_in():
    phone = PhoneClient()
    for path in ("/links/mixi/", "/links/confirm/mixi/"):
        assert "Log in" in phone.get(path)
