"""Comments and likes as people press them: on a phone by keys, deleted, closed, moved, given back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import quotas
from accounts.models import Audience, Friendship, GuessCount, Member
from accounts.urlsession.models import Session
from syndication.actions import account_closure
from syndication.models import Comment, Like, Post, PostKind
from tests.making import (
    befriend,
    block,
    make_comment,
    make_group,
    make_like,
    make_member,
    make_post,
)
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="花子")


@pytest.fixture
def taro(hanako: Member) -> Member:
    taro = make_member("taro", display_name="太郎")
    befriend(hanako, taro)
    return taro


@pytest.fixture
def post(hanako: Member) -> Post:
    return make_post(author=hanako, text="土曜の十時、北口でいい?", audience=Audience.FRIENDS)


@pytest.fixture
def phone(taro: Member) -> PhoneClient:
    """taro's."""
    return log_in_phone(taro)


def open_post(phone: PhoneClient, post: Post) -> Page:
    return phone.get(reverse("post_detail", args=[post.pk]))


def key(phone: PhoneClient, which: str) -> Page:
    """What the key does on the last page: follow its link, or press its button."""
    assert phone.page is not None
    for link in phone.page.links:
        if link.accesskey == which:
            return phone.follow(link.href)
    found = re.search(rf'value="({which} [^"]+)" accesskey="{which}"', phone.page.html)
    assert found, f"no key {which} on {phone.page.path}"
    return phone.submit(found[1])


def waited() -> None:
    """Five seconds, or an hour, later."""
    GuessCount.objects.update(ends_at=timezone.now())


# --- Writing ----------------------------------------------------------------------------------------
def test_a_friend_answers_by_key_1_and_the_author_reads_it(phone, post, hanako) -> None:
    open_post(phone, post)
    page = key(phone, "1")
    assert "Everybody who can read the post reads this (Friends)." in page
    page = phone.submit("Send", text="行きます！\n遅れるかも")
    assert "Your comment was added." in page
    assert "行きます！ 遅れるかも" in page.text
    assert Comment.objects.get().post == post
    page = open_post(log_in_phone(hanako), post)
    assert "太郎" in page
    assert "行きます" in page


def test_the_box_on_a_post_to_everyone_says_who_reads(phone, hanako) -> None:
    open_post(phone, make_post(author=hanako))
    assert "Every member here reads this." in key(phone, "1")


def test_the_box_in_a_group_names_the_group(phone, hanako, taro) -> None:
    group = make_group(hanako, taro, name="合唱部")
    open_post(phone, make_post(author=hanako, audience=Audience.GROUP, group=group))
    assert "The members of 合唱部 read this." in key(phone, "1")


@pytest.mark.parametrize("text", ["", "   ", "\u3164\u3164"])
def test_nothing_to_be_seen_is_not_sent(phone, post, text) -> None:
    phone.get(reverse("comment_new", args=[post.pk]))
    page = phone.submit("Send", text=text)
    assert 'class="e"' in page.html
    assert not Comment.objects.exists()


def test_what_is_too_long_is_given_back_whole(phone, post) -> None:
    phone.get(reverse("comment_new", args=[post.pk]))
    page = phone.submit("Send", text="あ" * 1003)
    assert "3 characters too many" in page
    assert "あ" * 1003 in page.html
    assert "Your comment was added." in phone.submit("Send", text="あ" * 1000)


def test_a_form_sent_twice_makes_one_comment(phone, post) -> None:
    phone.get(reverse("comment_new", args=[post.pk]))
    sent = {**{k: v[0] for k, v in phone.page.forms[0].fields.items()}, "text": "一度"}
    pages = [phone.post(reverse("comment_new", args=[post.pk]), sent) for _press in range(2)]
    assert all("Your comment was added." in page for page in pages)
    assert Comment.objects.count() == 1


def test_a_second_comment_waits_five_seconds_and_keeps_what_was_typed(phone, post) -> None:
    for text in ("一", "二"):
        phone.get(reverse("comment_new", args=[post.pk]))
        page = phone.submit("Send", text=text)
    assert "Wait five seconds, then send this one." in page
    assert ">二</textarea>" in page.html.replace("\n", "")
    waited()
    assert "Your comment was added." in phone.submit("Send")
    assert Comment.objects.count() == 2


def test_a_post_that_is_gone_meanwhile_gives_back_what_was_typed(phone, post) -> None:
    phone.get(reverse("comment_new", args=[post.pk]))
    Post.objects.filter(pk=post.pk).update(audience=Audience.ONLY_ME)
    page = phone.submit("Send", text="三十分かけて打った文")
    assert page.status == 404
    assert "三十分かけて打った文" in page
    typed = {"text": "x", "csrfmiddlewaretoken": page.response.wsgi_request.META["CSRF_COOKIE"]}
    hidden, nowhere = (
        computer(phone.page.response.wsgi_request.user).post(
            reverse("comment_new", args=[pk]), typed
        )
        for pk in (post.pk, post.pk + 999)
    )
    assert (hidden.status_code, hidden.content) == (404, nowhere.content)


def test_a_post_that_was_closed_meanwhile_gives_back_what_was_typed(phone, post, hanako) -> None:
    phone.get(reverse("comment_new", args=[post.pk]))
    Post.objects.filter(pk=post.pk).update(comments_closed_at=timezone.now())
    page = phone.submit("Send", text="間に合わなかった文")
    assert page.status == 200
    assert "You can no longer comment on this post." in page
    assert "間に合わなかった文" in page.html
    assert not Comment.objects.exists()


def test_what_was_typed_survives_a_dead_session(taro, post) -> None:
    phone = log_in_phone(taro)
    phone.get(reverse("comment_new", args=[post.pk]))
    form = {**{k: v[0] for k, v in phone.page.forms[0].fields.items()}, "text": "消えない文"}
    Session.objects.all().delete()
    page = phone.post(reverse("comment_new", args=[post.pk]), form)
    assert page.status == 200
    assert "消えない文" in page.html


# --- Liking -----------------------------------------------------------------------------------------
def test_key_2_likes_and_takes_the_like_back(phone, post, taro) -> None:
    open_post(phone, post)
    page = key(phone, "2")
    assert "You like this." in page
    assert "Likes: 1" in page
    page = key(phone, "6")
    assert "太郎" in page
    open_post(phone, post)
    page = key(phone, "2")
    assert "You took your like back." in page
    assert "Likes" not in page
    assert not Like.objects.exists()


def test_a_slow_double_press_takes_nothing_back(phone, post) -> None:
    open_post(phone, post)
    address = reverse("post_like", args=[post.pk])
    form = next(form for form in phone.page.forms if "like" in form.names)
    sent = {name: value[0] for name, value in form.fields.items()}
    for _press in range(3):
        phone.post(address, sent)
    assert Like.objects.count() == 1


def test_likes_beyond_an_hour_s_worth_are_refused_in_words(phone, post, taro) -> None:
    quotas.spend_member_quota(taro, quotas.LIKES, quotas.LIKES.most)
    open_post(phone, post)
    assert "You liked 300 posts within an hour." in key(phone, "2")


# --- Reading ----------------------------------------------------------------------------------------
def test_the_post_shows_its_newest_ten_and_leads_to_the_earlier_ones(phone, post, hanako) -> None:
    for number in range(23):
        make_comment(post, hanako, f"第{number}番")
    shown = re.compile("第([0-9]+)番")
    page = open_post(phone, post)
    assert [int(n) for n in shown.findall(page.text)] == list(range(13, 23))
    page = key(phone, "#")
    assert [int(n) for n in shown.findall(page.text)] == list(range(3, 13))
    page = phone.follow("Earlier comments")
    assert [int(n) for n in shown.findall(page.text)] == [0, 1, 2]
    assert [int(n) for n in shown.findall(key(phone, "#").text)] == list(range(3, 13))
    page = phone.get(reverse("comment_list", args=[post.pk]))
    assert [int(n) for n in shown.findall(page.text)] == list(range(10))
    for more in (range(10, 20), range(20, 23)):
        assert [int(n) for n in shown.findall(key(phone, "#").text)] == list(more)
    assert "#" not in phone.page.accesskeys


def test_a_comment_has_an_address_of_its_own_and_stands_there_whole(phone, post, hanako) -> None:
    texts = [f"{number}番 {'雪の停留所で待つ。' * 20}" for number in range(7)]
    made = [make_comment(post, hanako, text) for text in texts]
    page = open_post(phone, post)
    assert texts[3] not in page
    assert page.text.count("more") == 7
    page = phone.follow(f"comments/{made[3].pk}/")
    assert texts[3] in page
    assert [text in page for text in texts].count(True) == 1
    assert re.findall("([0-9])番", page.text)[1:] == ["1", "2", "3", "4", "5"]  # after the title
    assert re.findall("([0-9])番", phone.follow("Earlier comments").text) == ["0"]
    phone.get(reverse("comment_detail", args=[post.pk, made[3].pk]))
    assert re.findall("([0-9])番", key(phone, "#").text) == ["6"]
    assert "土曜の十時" in key(phone, "*")


def test_a_comment_stands_at_its_own_post_alone(phone, post, hanako) -> None:
    comment = make_comment(post, hanako)
    other = make_post(author=hanako)
    assert phone.get(reverse("comment_detail", args=[other.pk, comment.pk])).status == 404


def test_after_a_long_note_there_is_only_a_link_with_the_number(phone, hanako) -> None:
    note = make_post(author=hanako, kind=PostKind.NOTE, title="冬", text="雪が降る。" * 400)
    for number in range(12):
        make_comment(note, hanako, f"第{number}番")
    page = open_post(phone, note)
    assert "第11番" not in page
    assert "第0番" in phone.follow("12 comments")
    for number in range(12):
        make_comment(note, hanako, f"また{number}番")
    assert "20+ comments" in open_post(phone, note)


def test_a_visitor_sees_neither_comments_nor_numbers(hanako, taro) -> None:
    post = make_post(author=hanako)
    without = PhoneClient().get(reverse("post_detail", args=[post.pk])).html
    comment = make_comment(post, taro, "内輪の話")
    make_like(post, taro)
    assert PhoneClient().get(reverse("post_detail", args=[post.pk])).html == without
    for name, args in {
        "comment_list": [post.pk], "comment_detail": [post.pk, comment.pk],
        "comment_new": [post.pk], "post_more": [post.pk], "comment_own_list": [],
    }.items():  # fmt: skip
        assert "内輪の話" not in PhoneClient().get(reverse(name, args=args))


def test_comments_are_not_in_the_feed(hanako, taro, client) -> None:
    post = make_post(author=hanako)
    make_comment(post, taro, "内輪の話")
    assert "内輪の話" not in client.get(reverse("profile_feed", args=["hanako"])).text


# --- Deleting, from three sides ---------------------------------------------------------------------
def test_the_writer_deletes_their_comment(phone, post, taro) -> None:
    comment = make_comment(post, taro, "やっぱりやめる")
    phone.get(reverse("comment_detail", args=[post.pk, comment.pk]))
    page = key(phone, "5")
    assert "やっぱりやめる" in page
    assert Comment.objects.exists()
    page = phone.submit("Delete")
    assert "The comment no longer exists." in page
    assert "土曜の十時" in page
    assert not Comment.objects.exists()


def test_the_author_deletes_one_or_all_of_somebody(post, hanako, taro) -> None:
    yuki = make_member("yuki")
    befriend(hanako, yuki)
    one, *_rest = [make_comment(post, taro, f"荒らし{n}") for n in range(3)]
    kept = make_comment(post, yuki)
    phone = log_in_phone(hanako)
    phone.get(reverse("comment_detail", args=[post.pk, one.pk]))
    key(phone, "5")
    phone.submit("Delete")
    assert Comment.objects.filter(writer=taro).count() == 2
    phone.get(reverse("comment_delete", args=[_rest[0].pk]))
    page = phone.submit("Delete all by 太郎 here")
    assert "There is no comment of @taro on this post now." in page
    assert list(Comment.objects.all()) == [kept]


def test_the_author_deletes_what_a_block_hides_by_name_and_learns_nothing(
    post, hanako, taro
) -> None:
    make_comment(post, taro, "見えない言葉")
    block(taro, hanako)
    phone = log_in_phone(hanako)
    open_post(phone, post)
    key(phone, "5")
    phone.follow("Delete comments")
    page = phone.submit("Delete all", name="@Taro")
    assert "There is no comment of @taro on this post now." in page
    assert not Comment.objects.exists()
    phone.get(reverse("comments_of_delete", args=[post.pk]))
    assert "There is no comment of @nobody on this post now." in phone.submit(
        "Delete all", name="nobody"
    )


def test_nobody_else_deletes_and_a_second_press_is_no_error(post, hanako, taro) -> None:
    yuki = make_member("yuki")
    befriend(hanako, yuki)
    comment = make_comment(post, taro)
    browser = computer(yuki)
    address = reverse("comment_delete", args=[comment.pk])
    nowhere = reverse("comment_delete", args=[comment.pk + 999])
    assert browser.get(address).status_code == browser.get(nowhere).status_code == 404
    answers = [browser.post(where) for where in (address, nowhere)]
    assert {(one.status_code, one["Location"]) for one in answers} == {
        (302, reverse("comment_own_list"))
    }
    assert (
        browser.post(reverse("comments_of_delete", args=[post.pk]), {"name": "taro"}).status_code
        == 404
    )
    assert Comment.objects.get() == comment
    browser = computer(taro)
    for _press in range(2):
        assert browser.post(address).status_code == 302
    assert not Comment.objects.exists()


def test_my_comments_lists_one_s_own_words_whatever_became_of_the_post(taro, hanako, phone) -> None:
    posts = [make_post(author=hanako, text=f"第{n}の投稿") for n in range(3)]
    for number, post in enumerate(posts):
        make_comment(post, taro, f"自分の言葉{number}")
        make_comment(post, hanako, "ほかの言葉")
    Post.objects.filter(pk=posts[0].pk).update(audience=Audience.ONLY_ME)
    posts[1].delete()
    phone.get(reverse("security"))
    page = phone.follow("My comments")
    assert re.findall("自分の言葉([0-9])", page.text) == ["2", "1", "0"]
    assert page.text.count("not shown any more") == 2
    assert "ほかの言葉" not in page
    assert "の投稿" not in page
    for _comment in range(3):
        phone.follow("Delete")
        page = phone.submit("Delete")
    assert "You have not commented on any post yet." in page
    assert Comment.objects.filter(writer=hanako).count() == 3


# --- Closing, and who may comment -------------------------------------------------------------------
def test_the_author_closes_a_post_and_opens_it_again(post, hanako, taro) -> None:
    make_comment(post, taro, "先に言った言葉")
    phone = log_in_phone(hanako)
    open_post(phone, post)
    key(phone, "5")
    page = phone.submit("Close comments")
    assert "Nobody can comment any more." in page
    other = open_post(log_in_phone(taro), post)
    assert "先に言った言葉" in other
    assert "1" not in other.accesskeys
    assert "You cannot comment here" in other
    key(phone, "5")
    assert "Comments are open again." in phone.submit("Open comments again")
    assert "1" in open_post(log_in_phone(taro), post).accesskeys


def test_only_the_author_changes_a_post_s_comments(post, hanako, taro) -> None:
    for name in ("post_change", "comments_of_delete"):
        address = reverse(name, args=[post.pk])
        assert computer(taro).get(address).status_code == 404
        assert computer(taro).post(address, {"closed": "1", "name": "taro"}).status_code == 404
    assert Post.objects.get().comments_closed_at is None


def test_who_may_comment_is_chosen_under_privacy(hanako, taro) -> None:
    public, stranger = make_post(author=hanako), log_in_phone(make_member("stranger"))
    assert "1" in open_post(stranger, public).accesskeys
    phone = log_in_phone(hanako)
    phone.get(reverse("privacy"))
    page = phone.submit("Save", commenters="friends", group_commenters="nobody")
    assert "Saved." in page
    assert "1" not in open_post(stranger, public).accesskeys
    assert "1" in open_post(log_in_phone(taro), public).accesskeys
    group = make_group(hanako, taro)
    in_group = make_post(author=hanako, audience=Audience.GROUP, group=group)
    page = open_post(log_in_phone(taro), in_group)
    assert "1" not in page.accesskeys
    assert "2" in page.accesskeys
    shown = computer(hanako).get(reverse("privacy")).context["form"]["group_commenters"]
    assert [value for value, _label in shown.field.choices] == ["readers", "nobody"]


# --- Moved audiences --------------------------------------------------------------------------------
A = Audience
CAN_MOVE = {
    A.EVERYONE: {A.EVERYONE, A.FRIENDS_OF_FRIENDS, A.FRIENDS, A.CHOSEN, A.ONLY_ME},
    A.FRIENDS_OF_FRIENDS: {A.FRIENDS_OF_FRIENDS, A.FRIENDS, A.CHOSEN, A.ONLY_ME},
    A.FRIENDS: {A.FRIENDS, A.CHOSEN, A.ONLY_ME},
    A.CHOSEN: {A.CHOSEN, A.ONLY_ME},
    A.GROUP: {A.GROUP, A.ONLY_ME},
    A.ONLY_ME: {A.ONLY_ME},
}


def try_to_move(author: Member, post: Post, choice: str) -> None:
    people = " ".join(str(pk) for pk in author.friendships.values_list("pk", flat=True))
    computer(author).post(
        reverse("post_audience", args=[post.pk]),
        {"audience": choice, "people": people, "confirm": "1"},
    )
    post.refresh_from_db()


@pytest.mark.parametrize("answer", [make_comment, make_like, None])
@pytest.mark.parametrize("before", list(Audience))
def test_an_answered_post_moves_only_to_fewer_readers(hanako, taro, before, answer) -> None:
    group, other = make_group(hanako, taro), make_group(hanako, name="Other")
    Friendship.objects.get_or_create(member=hanako, friend=taro)
    where = {"audience": before, "group": group if before == A.GROUP else None}
    choices = {**{one: one.value for one in A if one != A.GROUP}, A.GROUP: f"group_{group.pk}"}
    for audience, choice in choices.items():
        post = make_post(author=hanako, **where)
        if answer is not None:
            answer(post, taro)
        try_to_move(hanako, post, choice)
        moves = audience in CAN_MOVE[before] or answer is None
        assert post.audience == (audience if moves else before), (before, audience)
        assert post.group == (group if post.audience == A.GROUP else None)
    post = make_post(author=hanako, **where)
    if answer is not None:
        answer(post, taro)
    try_to_move(hanako, post, f"group_{other.pk}")
    assert (post.group == other) is (answer is None)


def test_one_s_own_words_do_not_hold_a_post(hanako) -> None:
    post = make_post(author=hanako, audience=A.FRIENDS)
    make_comment(post, hanako)
    make_like(post, hanako)
    try_to_move(hanako, post, "everyone")
    assert post.audience == A.EVERYONE


def test_the_page_says_why_an_answered_post_cannot_go_to_more(post, hanako, taro) -> None:
    phone = log_in_phone(hanako)
    page = phone.get(reverse("post_audience", args=[post.pk]))
    assert "For other readers, write a new post." not in page
    phone.submit("Next", audience="everyone")
    make_comment(post, taro)  # between the two pages
    page = phone.submit("Change it")
    assert "Choose one of these." in page
    assert "For other readers, write a new post." in page
    [field] = [one for form in page.forms for one in form.controls if one.name == "audience"]
    assert [value for value, _words in field.options] == ["", "friends", "chosen", "only_me"]
    post.refresh_from_db()
    assert post.audience == A.FRIENDS


# --- What goes --------------------------------------------------------------------------------------
def test_a_closed_account_s_comments_are_gone_at_once_and_then_for_good(post, hanako, taro) -> None:
    make_comment(post, taro, "去る人の言葉")
    make_like(post, taro)
    account_closure.close_account(by=taro, takes_copies_back=False)
    page = open_post(log_in_phone(hanako), post)
    assert "去る人の言葉" not in page
    assert "Likes" not in page
    account_closure.continue_closures(timezone.now() + timedelta(minutes=1))
    assert not Comment.objects.exists()
    assert not Like.objects.exists()
