"""What is on the disk goes with the row that names it, and what no row names goes, too."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db.models import FileField
from django.utils import timezone

from accounts.actions import profile
from accounts.models import Audience, Member
from syndication.actions import photos, posts
from syndication.models import KeptPhoto, Post, PostKind, PostPhoto, SavedDraft
from syndication.worker import orphaned_files, sweep
from tests.making import make_group, make_member
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def disk(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def hanako():
    return make_member("hanako")


def a_photo_post(author: Member, **fields) -> Post:
    draft = posts.NewPost(
        kind=PostKind.PHOTO,
        form_key="f" * 32,
        photo=photos.keep_upload(a_photo(), by=author),
        more_photos=(photos.keep_upload(a_photo(), by=author),),
        **{"audience": Audience.FRIENDS, **fields},
    )
    return posts.create_post(draft, by=author)


def every_file_of(member: Member) -> set[str]:
    """One of each kind; their names."""
    post = a_photo_post(member)
    kept = photos.keep_upload(a_photo(), by=member)
    mailed = SavedDraft(member=member, form_key="m")
    mailed.photo = ContentFile(b"jpeg", name="photo.jpg")
    mailed.save()
    profile.set_profile_picture(member, b"jpeg", audience="friends")
    [more] = post.more_photos.all()
    of_post = (post.photo, post.photo_small, more.photo, more.photo_small)
    fields = (*of_post, kept.photo, mailed.photo, member.picture)
    return {str(field.name) for field in fields}


def on_disk() -> set[str]:
    return {
        f"{folder}/{name}"
        for folder in default_storage.listdir("")[0]
        for name in default_storage.listdir(folder)[1]
    }


def grow_old(*names: str, days: int = 3) -> None:
    then = (timezone.now() - timedelta(days=days)).timestamp()
    for name in names:
        os.utime(default_storage.path(name), (then, then))


def test_with_a_member_all_files_go_once_it_stands(hanako, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        names = every_file_of(hanako)
    assert on_disk() == names
    with django_capture_on_commit_callbacks(execute=True):
        hanako.delete()
        assert on_disk() == names
    assert not on_disk()


def test_a_member_who_stays_keeps_theirs(hanako, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        names = every_file_of(hanako)
        every_file_of(taro := make_member("taro"))
    with django_capture_on_commit_callbacks(execute=True):
        taro.delete()
    assert on_disk() == names


@pytest.mark.parametrize("way", ["by its author", "by staff", "with its group"])
def test_a_deleted_post_leaves_no_photo(hanako, django_capture_on_commit_callbacks, way):
    group = make_group(hanako)
    with django_capture_on_commit_callbacks(execute=True):
        post = a_photo_post(hanako, audience=Audience.GROUP, group=group)
    assert len(on_disk()) == 4
    with django_capture_on_commit_callbacks(execute=True):
        if way == "by its author":
            posts.delete_post(post, by=hanako)
        elif way == "by staff":
            Post.objects.filter(pk=post.pk).delete()
        else:
            group.delete()
    assert not on_disk()


def test_what_a_crash_left_behind_is_swept_up(hanako, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        names = every_file_of(hanako)
    left = {
        default_storage.save(f"{folder}/x.jpg", ContentFile(b""))
        for folder in orphaned_files.FOLDERS
    }
    just_now = default_storage.save("photos/now.jpg", ContentFile(b""))
    grow_old(*names, *left)
    done = sweep.run_all_steps()
    assert done["orphaned files"] == len(left)
    assert on_disk() == names | {just_now}
    default_storage.save("photos/x.jpg", ContentFile(b""))
    grow_old("photos/x.jpg")
    assert sweep.run_all_steps()["orphaned files"] == 0  # once a day
    assert orphaned_files.delete_orphaned_files(timezone.now()) == 1


def test_a_database_that_knows_no_file_at_all_costs_none(hanako):
    names = every_file_of(hanako)
    grow_old(*on_disk())
    for model in (Post, PostPhoto, KeptPhoto, SavedDraft):
        model.objects.all().delete()
    Member.objects.update(picture="")
    assert orphaned_files.delete_orphaned_files(timezone.now()) == 0
    assert on_disk() >= names


def test_nothing_is_swept_up_where_there_is_no_disk(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "not mounted")
    assert orphaned_files.delete_orphaned_files(timezone.now()) == 0


def test_many_files_are_asked_after_in_parts(hanako):
    names = every_file_of(hanako)
    left = [
        default_storage.save("photos/x.jpg", ContentFile(b""))
        for _ in range(orphaned_files.BATCH + 3)
    ]
    grow_old(*on_disk())
    assert (
        orphaned_files.delete_orphaned_files(timezone.now()) == len(left) + 2
    )  # and what was kept for the post
    assert on_disk() == names


def test_every_field_that_names_files_is_known():
    known = {pair for pairs in orphaned_files.FOLDERS.values() for pair in pairs}
    fields = {
        (model, field.name)
        for app in ("accounts", "syndication")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    }
    assert known == fields


class OneIsStuck(FileSystemStorage):
    """A disk that keeps one file, whoever asks."""

    def delete(self, name):
        if name.endswith("stuck.jpg"):
            raise PermissionError(name)
        super().delete(name)


def test_a_file_that_cannot_be_deleted_holds_up_no_other(hanako, settings):
    names = every_file_of(hanako)
    stuck = default_storage.save("photos/stuck.jpg", ContentFile(b""))
    left = default_storage.save("pictures/x.jpg", ContentFile(b""))
    grow_old(*names, stuck, left)
    backend = {"BACKEND": f"{__name__}.OneIsStuck"}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    assert orphaned_files.delete_orphaned_files(timezone.now()) == 1
    assert stuck in on_disk()
    assert left not in on_disk()


def test_a_picture_that_is_sent_twice_is_there(hanako, django_capture_on_commit_callbacks):
    """Both presses had read the row before either had written it."""
    profile.set_profile_picture(hanako, b"first", audience="friends")
    pressed_twice = [Member.objects.get(pk=hanako.pk) for _ in range(2)]
    for member in pressed_twice:
        with django_capture_on_commit_callbacks(execute=True):
            profile.set_profile_picture(member, b"second", audience="friends")
    assert default_storage.exists(Member.objects.get(pk=hanako.pk).picture.name)
