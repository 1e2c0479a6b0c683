"""Finding people: as Japanese names are typed, and nothing learned that the viewer may not read."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse

from accounts.actions import guesses, profile, quotas
from accounts.models import Friendship, Member
from tests.filling import analysed, copies
from tests.making import befriend, block, make_member
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone
from tests.reading import reading

pytestmark = pytest.mark.django_db

FIND = reverse("friend_find")


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="山﨑 花子")


@pytest.fixture
def taro(hanako) -> Member:
    """A friend of hanako's, by whom she has friends of friends."""
    taro = make_member("taro", display_name="佐藤 太郎")
    befriend(hanako, taro)
    return taro


def friend_of(friend: Member, name: str, **fields: object) -> Member:
    member = make_member(name, **fields)
    befriend(friend, member)
    return member


def find(phone: PhoneClient, name: str) -> Page:
    return phone.get(f"{FIND}?name={quote(name)}")


def below_head(page: Page) -> Page:
    """Without the head of the page, which leads to one's own profile."""
    return Page(page.html.partition("</header>")[2], status=page.status, path=page.path)


def found(member: Member, name: str) -> list[str]:
    """The usernames that stand in the answer, each once."""
    page = below_head(find(log_in_phone(member), name))
    names = [link.href.rpartition("/@")[2].rstrip("/") for link in page.links if "/@" in link.href]
    return list(dict.fromkeys(names))


def test_a_phone_finds_a_friend_of_a_friend_by_kana_asks_and_is_answered_from_the_notice(
    hanako, taro
):
    haruka = friend_of(taro, "haruka", display_name="ハルカ")
    phone = log_in_phone(hanako)
    phone.get(reverse("friend_list"))
    page = phone.submit("Find", name="はる")
    assert "ハルカ @haruka 1 friend in common" in page
    phone.follow("ハルカ")
    assert "佐藤 太郎" in phone.follow("1 friend in common")
    find(phone, "はるか")
    assert "Request sent. Nothing changes until ハルカ answers." in phone.submit("Send friend")

    other = log_in_phone(haruka)
    assert "Notices: 1 new" in other.get("/")
    other.follow("8 Notices")
    other.follow("山﨑 花子 asks to be your friend.")
    assert "山﨑 花子 is your friend" in other.submit("Accept as a friend")
    assert Friendship.objects.filter(member=hanako, friend=haruka).exists()
    assert "ハルカ is your friend now." in phone.get("/notices/")


TYPED_NAMES = [  # a name, and how it is typed
    ("ハルカ", "はる"), ("はるか", "ハル"), ("ﾊﾙｶ", "はる"), ("はるか", "ﾊﾙｶ"),
    ("髙橋 雪", "高橋"), ("高橋 雪", "髙橋"), ("山﨑 花子", "山崎"), ("渡邊 実", "渡辺"),
    ("渡辺 実", "渡邉　實"), ("山﨑 花子", "花子"), ("ジョン・スミス", "すみす"),
    ("Ｊｏｈｎ", "jo"), ("John", "ＪＯＨＮ"), ("佐藤花子", "佐藤 花"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed"), TYPED_NAMES)
def test_names_are_found_as_they_are_typed(hanako, taro, name, typed):
    friend_of(taro, "somebody", display_name=name)
    assert found(hanako, typed) == ["somebody"]


def test_who_shows_no_name_is_found_by_the_username_that_stands_for_it(hanako, taro):
    friend_of(taro, "haruka")
    assert found(hanako, "haru") == ["haruka"]


@pytest.mark.parametrize("typed", ["", "@", "ﾞ", "花", "は ", "\u3164\u3164", "・・"])
def test_a_search_begins_with_two_letters_and_less_costs_nothing(hanako, taro, typed):
    friend_of(taro, "hana", display_name="花")
    phone = log_in_phone(hanako)
    page = find(phone, typed)
    assert "@hana" not in page
    assert not guesses.is_locked_out(quotas.SEARCHES, guesses.subject_of_member(hanako))
    assert "Nobody was found" not in page


# --- What each kind of viewer learns ---------------------------------------------------------------
FRIEND, OF_FRIEND, STRANGER = "friend", "friend of a friend", "stranger"
BLOCKS, BLOCKED, CLOSED = "blocks", "is blocked", "is closing"
BY_NAME, BY_PART, BY_USERNAME, BY_PART_OF_USERNAME = "はるか 桜井", "はる", "haruka", "haru"
ALL = {BY_NAME, BY_PART, BY_USERNAME, BY_PART_OF_USERNAME}

# Who searches, who sees the name, whether found by others: by what they find.
MATRIX = [
    (FRIEND, "everyone", True, ALL),
    (FRIEND, "everyone", False, ALL),
    (FRIEND, "friends", True, ALL),
    (FRIEND, "only_me", True, {BY_USERNAME, BY_PART_OF_USERNAME}),
    (OF_FRIEND, "everyone", True, ALL),
    (OF_FRIEND, "friends_of_friends", True, ALL),
    (OF_FRIEND, "friends", True, {BY_USERNAME, BY_PART_OF_USERNAME}),
    (OF_FRIEND, "everyone", False, set()),
    (STRANGER, "everyone", True, {BY_USERNAME}),
    (STRANGER, "friends", True, {BY_USERNAME}),
    (STRANGER, "everyone", False, set()),
    *((who, "everyone", True, set()) for who in (BLOCKS, BLOCKED, CLOSED)),
]


@pytest.mark.parametrize(("who", "audience", "is_searchable", "finds"), MATRIX)
def test_what_each_kind_of_viewer_finds(hanako, taro, who, audience, is_searchable, finds):
    haruka = make_member(
        "haruka",
        display_name="ハルカ　櫻井",
        display_name_audience=audience,
        is_searchable=is_searchable,
    )
    if who in (FRIEND, BLOCKS, BLOCKED, CLOSED):
        befriend(hanako, haruka)
    elif who == OF_FRIEND:
        befriend(taro, haruka)
    if who in (BLOCKS, BLOCKED):
        block(*((hanako, haruka) if who == BLOCKS else (haruka, hanako)))
    if who == CLOSED:
        Member.objects.filter(pk=haruka.pk).update(is_active=False)
    phone = log_in_phone(hanako)
    for typed in ALL:
        page = find(phone, typed)
        assert ("@haruka" in page) == (typed in finds), typed
        if typed not in finds:  # and the answer is that to a name which nobody has
            nobody = find(phone, "なにぬねの")
            assert page.text.replace(typed, "") == nobody.text.replace("なにぬねの", "")
        if typed == BY_USERNAME and finds and finds != ALL:
            assert "ハルカ" not in page or audience == "everyone"


def test_a_visitor_searches_nothing(taro):
    chain = computer().get(FIND + "?name=taro", follow=True).redirect_chain
    assert chain[-1][0].startswith("/login/?next=")


def test_one_does_not_find_oneself(hanako, taro):
    assert found(hanako, "hanako") == []


def test_who_is_not_to_be_found_chooses_it_under_privacy_and_can_take_it_back(hanako, taro):
    haruka = friend_of(taro, "haruka", display_name="ハルカ")
    phone = log_in_phone(haruka)
    for chosen, finds in ((None, []), ("on", ["haruka"])):
        phone.get(reverse("privacy"))
        assert "Saved" in phone.submit("Save", is_searchable=chosen)
        assert found(hanako, "はる") == finds
        assert found(make_member(f"s{len(finds)}"), "haruka") == finds
        assert found(taro, "はる") == ["haruka"]


def test_the_folded_name_follows_every_change_of_the_name(hanako, taro):
    haruka = friend_of(taro, "haruka", display_name="ハルカ")
    profile.set_profile_texts(haruka, display_name="髙橋　雪", about="")
    assert found(hanako, "はる") == []
    assert found(hanako, "高橋") == ["haruka"]
    Member.objects.filter(pk=haruka.pk).update(display_name="渡邊")
    assert found(hanako, "渡辺") == ["haruka"]
    haruka.refresh_from_db()
    haruka.display_name = ""
    haruka.save()
    assert (haruka.folded_name, haruka.folded_last_word) == ("", "")
    [bulk] = Member.objects.bulk_create([Member(username="bulk", display_name="アイ ウエ")])
    assert Member.objects.filter(pk=bulk.pk, folded_name="あいうえ").exists()


# --- Limits ----------------------------------------------------------------------------------------
def test_thirty_searches_an_hour_and_what_was_typed_stays(hanako, taro):
    phone = log_in_phone(hanako)
    account = [guesses.subject_of_member(hanako)]
    guesses.claim_guess(quotas.SEARCHES, account, quotas.SEARCHES.most - 1)
    assert "@taro" in find(phone, "taro")
    page = find(phone, "taro")
    assert "You searched 30 times within an hour. Search again later." in page
    assert "@taro" not in page
    assert page.forms[-1].fields["name"] == ["taro"]
    guesses.clear_guesses(quotas.SEARCHES, account[0])
    assert "@taro" in find(phone, "taro")


def test_ten_a_page_and_a_page_costs_a_search(hanako, taro):
    for number in range(12):
        friend_of(taro, f"haruka{number:02}")
    phone = log_in_phone(hanako)
    page = find(phone, "haruka")
    assert "@haruka09" in page
    assert "@haruka10" not in page
    guesses.claim_guess(quotas.SEARCHES, [guesses.subject_of_member(hanako)], 28)
    assert "@haruka11" in phone.follow("# ")
    assert "You searched" in find(phone, "haruka")
    assert len(page.html.encode()) < 5_100


def test_the_page_takes_six_queries(hanako, taro, django_assert_max_num_queries):
    for number in range(12):
        friend_of(taro, f"haruka{number:02}")
    phone = log_in_phone(hanako)
    find(phone, "haruka")
    with django_assert_max_num_queries(6):
        find(phone, "haruka")


# --- Friends in common -----------------------------------------------------------------------------
def test_friends_in_common_are_the_viewers_own_and_those_they_see(hanako, taro):
    haruka = friend_of(taro, "haruka")
    for name in ("yuki", "kenji", "closed"):
        befriend(hanako, friend_of(haruka, name))
    friend_of(haruka, "theirs")
    block(hanako, Member.objects.get(username="kenji"))
    Member.objects.filter(username="closed").update(is_active=False)
    phone = log_in_phone(hanako)
    assert "2 friends in common" in phone.get(reverse("profile", args=["haruka"]))
    page = phone.follow("2 friends in common")
    listed = below_head(page).links
    assert [link.text.split()[-1] for link in listed if "/@" in link.href][:2] == ["yuki", "太郎"]
    assert "theirs" not in page.text
    assert "kenji" not in page.text
    assert "2 friends in common" in find(phone, "haruka")
    assert "in common" not in log_in_phone(make_member("nobody")).get("/@haruka/")
    assert "in common" not in PhoneClient().get("/@haruka/")
    assert "in common" not in phone.get("/@hanako/")


def test_nobody_learns_of_friends_in_common_over_a_block_nor_with_oneself(hanako, taro):
    haruka = friend_of(taro, "haruka")
    block(haruka, hanako)
    phone = log_in_phone(hanako)
    for name in ("haruka", "nobody", "hanako"):
        assert phone.get(reverse("friend_mutual", args=[name])).status == 404
    page = phone.get(reverse("friend_mutual", args=["taro"]))
    assert "You have no friends in common." in page


# --- Rows ------------------------------------------------------------------------------------------
def rows_of(phone: PhoneClient, path: str) -> int:
    phone.get(path)
    with reading() as read:
        phone.get(path)
    return read.rows


@pytest.mark.parametrize("name", ["ハルカ", "太郎"])
def test_a_search_reads_no_more_where_there_are_more_members(hanako, taro, name):
    """More strangers and friendships of theirs; the viewer's circle stays as it is.

    Of strangers who bear the name SQLite reads an entry of the index each, not their rows.
    """
    haruka = friend_of(taro, "haruka", display_name="ハルカ")
    large = 20_000 if connection.vendor == "postgresql" else 3_000
    stranger = make_member("stranger", email="", display_name=name)
    phone, read = log_in_phone(hanako), []
    paths = [f"{FIND}?name={quote('はる')}", reverse("friend_mutual", args=["haruka"]), "/@haruka/"]
    for count in (50, large):
        more = copies(stranger, count, username=f"'s{count}' || n", email="''")
        pair = Friendship.objects.create(member=stranger, friend_id=more[0])
        copies(pair, count - 1, member_id=f"{more[0]} + n + 1", friend_id=f"{more[0]} + n")
        pair.delete()
        analysed(Member, Friendship)
        read.append([rows_of(phone, path) for path in paths])
    print(read)
    assert found(hanako, "はる") == [haruka.username]
    same = large if name == "ハルカ" and connection.vendor == "sqlite" else 0
    allowed = [same, 0, 0]
    assert all(b <= 1.5 * a + 60 + more for a, b, more in zip(*read, allowed, strict=True))
