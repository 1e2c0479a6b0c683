"""A restore makes nothing wider than its member had made it since the backup, and opens no way in again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from accounts.actions import friends, groups, privacy, profile, ways_in
from accounts.models import AccessRecovery, Friendship, Member, Membership, RecoveryKind
from syndication.actions import likes, post_photos, post_readers
from syndication.models import Like, Post, PostPhoto, PostReader
from syndication.models.post_photo import photos_of
from tests.making import befriend, make_chosen_post, make_group, make_like, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.profilelink.test_backup import backup, lose_everything, restore
from tests.syndication.test_member_help import add_address, ask_for_password, mailed_link

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def disk(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.DELETION_LOG = str(tmp_path / "deletions.log")


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(hanako) -> Member:
    taro = make_member("taro")
    befriend(hanako, taro)
    return taro


def files(settings: Any) -> set[str]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_a_profile_is_as_narrow_as_its_member_had_made_it(hanako, settings, tmp_path) -> None:
    for field in profile.AUDIENCE_FIELDS:
        setattr(hanako, field, "everyone")
    hanako.posts_by_me, hanako.is_listed = "everyone", True
    texts = {"about": "札幌市北区", "town": "札幌", "display_name": "花子", "websites": ""}
    for field, text in texts.items():
        setattr(hanako, field, text)
    hanako.save()
    folder = backup(tmp_path)
    profile.set_profile_texts(hanako, about="", town="小樽", display_name="花子")
    profile.set_profile_audiences(hanako, {"birthday_audience": "friends"}, is_listed=False)
    profile.set_profile_audiences(hanako, {"websites_audience": "only_me"}, is_listed=False)
    profile.set_profile_audiences(hanako, {"websites_audience": "friends"}, is_listed=False)
    privacy.change_posts_by_me(hanako, "friends", by=hanako)
    privacy.change_searchable(hanako, False, by=hanako)
    lose_everything(settings)
    log = Path(settings.DELETION_LOG).read_text()
    assert "profile: " in restore(folder)
    now = Member.objects.get(username="hanako")
    assert (now.about, now.town, now.town_audience) == ("", "札幌", "only_me")
    assert (now.display_name, now.display_name_audience) == ("花子", "everyone"), "nothing changed"
    assert (now.birthday_audience, now.websites_audience) == ("friends", "only_me")
    assert (now.posts_by_me, now.is_listed, now.is_searchable) == ("friends", False, False)
    assert "小樽" not in log.encode().decode("unicode_escape"), "no words"


def test_pictures_and_photos_that_were_removed_stay_away(hanako, settings, tmp_path) -> None:
    profile.set_profile_picture(hanako, a_photo(), audience="everyone")
    post = make_post(author=hanako, kind="photo")
    for row in (post, *(PostPhoto(post=post, place=place) for place in (2, 3))):
        row.photo = ContentFile(a_photo(), name="large.jpg")
        row.photo_small = ContentFile(a_photo(), name="small.jpg")
        row.save()
    first, second, third = (str(each.file.name) for each in photos_of(post))
    folder = backup(tmp_path)
    profile.remove_profile_picture(hanako)
    post_photos.arrange_photos(post, [3, 1], by=hanako, version=post.version)
    lose_everything(settings)
    assert "photo: 1, picture: 1" in restore(folder)
    assert not Member.objects.get(username="hanako").picture
    left = [str(each.file.name) for each in photos_of(Post.objects.get())]
    assert left == [first, third]
    assert second not in files(settings)
    assert len(files(settings)) == 4


def test_who_was_let_in_then_and_left_since_reads_nothing(hanako, taro, settings, tmp_path) -> None:
    yuki, mika = make_member("yuki"), make_member("mika")
    befriend(hanako, yuki)
    choir, closed = make_group(hanako, taro, mika), make_group(hanako, taro, name="Closed")
    own = make_group(mika, hanako, name="Own")
    chosen, liked = make_chosen_post(hanako, taro, yuki), make_post(author=hanako)
    make_like(liked, yuki)
    folder = backup(tmp_path)
    post_readers.remove_reader(chosen, yuki, by=hanako)
    friends.end_friendship(taro, by=hanako)
    groups.leave_group(choir, by=taro)
    groups.remove_from_group(choir, mika, by=hanako)
    groups.close_group(closed, by=hanako)
    groups.transfer_group(own, hanako, by=mika)
    groups.leave_group(own, by=mika)
    likes.unlike_post(liked, by=yuki)
    lose_everything(settings)
    assert "left: 5, unchosen: 2, unfriended: 1, unliked: 1" in restore(folder)
    pairs = set(Friendship.objects.values_list("member__username", "friend__username"))
    assert pairs == {("hanako", "yuki"), ("yuki", "hanako")}
    stay = set(Membership.objects.values_list("group__name", "member__username"))
    assert stay == {("Choir", "hanako"), ("Own", "hanako")}
    own.refresh_from_db()
    assert own.owner is None
    assert not PostReader.objects.exists()
    assert not Like.objects.exists()


def test_no_way_in_that_was_ended_is_open_again(hanako, settings, tmp_path) -> None:
    """Links in mails, addresses that a link for a new password would go to, and what staff had asked for."""
    old = EmailAddress.objects.create(user=hanako, email="old@example.com", verified=True)
    ask_for_password(hanako.email)
    [link] = mail.outbox
    asked = timezone.now() - timedelta(days=30)
    AccessRecovery.objects.create(member=hanako, kind=RecoveryKind.FACTOR, asked_at=asked)
    folder = backup(tmp_path)
    old.delete()
    ways_in.pause_mails(hanako, hanako.email)
    lose_everything(settings)
    said = restore(folder)
    assert "address: 1, paused: 1" in said
    assert "As they were then" in said
    assert "used already" in PhoneClient().get(mailed_link("password/reset", link))
    for email in ("old@example.com", hanako.email):
        ask_for_password(email)
    assert [one.to for one in mail.outbox[1:] if "password/reset/" in one.body] == []
    assert not AccessRecovery.objects.filter(ended_at=None).exists()


def test_mails_that_go_on_since_go_on(hanako, settings, tmp_path) -> None:
    folder = backup(tmp_path)
    ways_in.pause_mails(hanako, hanako.email)
    ways_in.resume_mails(by=hanako)
    lose_everything(settings)
    assert "paused: 1, resumed: 1" in restore(folder)
    ask_for_password(hanako.email)
    assert len(mail.outbox) == 1


def test_no_new_row_takes_the_key_of_one_that_was_lost(settings, tmp_path) -> None:
    """A link of before would confirm an address that somebody else typed since."""
    call_command("flush", interactive=False, verbosity=0)  # keys begin at 1
    hanako = make_member("hanako")
    folder = backup(tmp_path)
    make_post(author=hanako)
    lost = make_post(author=hanako)
    phone = log_in_phone(hanako)
    add_address(phone, "thief@example.com")
    [link] = mail.outbox
    lose_everything(settings)
    restore(folder)
    member = Member.objects.get(username="hanako")
    assert make_post(author=member).pk > lost.pk
    victim = EmailAddress.objects.create(user=member, email="owner@example.com")
    assert "used already" in PhoneClient().get(mailed_link("/mail", link))
    assert not EmailAddress.objects.get(pk=victim.pk).verified
