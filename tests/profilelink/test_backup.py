"""Backup and restore: every row and photo comes back, and nothing that was deleted since."""

from __future__ import annotations

import gzip
import json
import shutil
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group as StaffGroup
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends
from accounts.models import Audience, Block, Friendship, Member, Phone
from profilelink.backup import taking
from profilelink.backup.contents import backed_up_models
from profilelink.checks import check_deletion_log, check_imports
from syndication.actions import (
    account_closure,
    comments,
    deletion_log,
    links,
    moderation,
    posts,
    removal,
)
from syndication.delivery import import_schedule, planning
from syndication.models import (
    Comment,
    Delivery,
    DeliveryState,
    ImportPause,
    Link,
    LinkState,
    LoggedDeletion,
    Post,
    PostKind,
    ReportCase,
)
from syndication.worker import sweep
from tests.making import befriend, make_comment, make_link, make_member, make_post
from tests.phone import computer, log_in_phone
from tests.profilelink.everything import make_hanako
from tests.syndication.delivering import Moving, linked, planned, texts, tried
from tests.syndication.test_stored_files import a_photo_post

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_KEY = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


@pytest.fixture(autouse=True)
def disk(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.DELETION_LOG = str(tmp_path / "deletions.log")


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def backup(tmp_path: Path, *options: str) -> Path:
    """Take a backup; its folder."""
    said = StringIO()
    call_command("backup", str(tmp_path / "backups"), *options, stdout=said)
    assert "The keys are not in it" in said.getvalue()
    return max((tmp_path / "backups").glob("20??????T??????Z"))


def lose_everything(settings: Any) -> None:
    """An empty site: tables as `migrate` makes them."""
    sweep.run_all_steps()  # the worker has written the log
    call_command("flush", interactive=False, verbosity=0)
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def restore(folder: Path, *options: str) -> str:
    said = StringIO()
    call_command("restore", str(folder), *options, stdout=said)
    return said.getvalue()


def rows_of(folder: Path) -> dict[str, list[Any]]:
    """The rows of each table, as dictionaries."""
    found: dict[str, list[Any]] = {}
    names: list[str] = []
    with gzip.open(folder / taking.ROWS, "rt") as lines:
        for line in map(json.loads, lines):
            if isinstance(line, dict):
                names, rows = line["fields"], found.setdefault(line["model"], [])
            else:
                rows.append(dict(zip(names, line, strict=True)))
    return found


# What a restore changes (syndication.actions.restored_site).
CHANGED = {
    "syndication.delivery": ("state", "due_at", "sent_as", "lease_until", "lease_owner", "reads"),
    "accounts.notice": ("mail_due_at",),
    "accounts.phone": ("ended_at",),
    "accounts.member": ("mailed_links_ended_at",),
}
GONE = {"accounts.noticemail", "syndication.replyaddress"}


def test_every_row_and_photo_comes_back(settings, tmp_path) -> None:
    hanako = make_hanako()
    name = a_photo_post(hanako).photo.name
    StaffGroup.objects.create(name="Our own")
    before = rows_of(folder := backup(tmp_path))
    photo = (Path(settings.MEDIA_ROOT) / name).read_bytes()
    lose_everything(settings)
    assert not Member.objects.exists()
    restore(folder)
    after = rows_of(backup(tmp_path))
    assert len([rows for rows in before.values() if rows]) > 25
    for table, rows in before.items():
        left_out = CHANGED.get(table, ())
        if table in GONE:
            continue
        for old, new in zip(rows, after[table], strict=True):
            assert {k: v for k, v in old.items() if k not in left_out} == {
                k: v for k, v in new.items() if k not in left_out
            }
    assert (Path(settings.MEDIA_ROOT) / name).read_bytes() == photo
    assert "札幌市北区" in log_in_phone(Member.objects.get(username="hanako")).get("/@hanako/")
    make_post(author=Member.objects.get(username="hanako"))  # keys go on where they were


def test_no_session_and_no_code_comes_back_and_bookmarks_end(hanako, settings, tmp_path) -> None:
    phone = log_in_phone(hanako)
    Phone.objects.create(member=hanako, device="F-01J", bookmark_hash="x", pin_hash="x")
    folder = backup(tmp_path)
    tables = {model._meta.label_lower for model in backed_up_models()}
    assert not {each for each in tables if "session" in each or "login" in each}
    lose_everything(settings)
    restore(folder)
    assert "hanako" not in phone.get("/account/", bare=True).html
    assert not Phone.objects.live().exists()


def test_what_was_deleted_after_the_backup_does_not_come_back(hanako, settings, tmp_path) -> None:
    taro, yuki = make_member("taro"), make_member("yuki")
    kept, deleted = make_post(author=taro, text="ある"), make_post(author=taro, text="消した")
    narrowed, chosen = make_post(author=taro), make_post(author=taro)
    said = make_comment(kept, hanako)
    link = make_link(hanako)
    folder = backup(tmp_path)
    posts.delete_post(deleted, by=taro)
    posts.change_audience(narrowed, Audience.FRIENDS, by=taro)
    posts.change_audience(chosen, Audience.ONLY_ME, by=taro)
    comments.delete_comment(said, by=hanako)
    links.unlink(link, by=hanako)
    account_closure.close_account(by=yuki, takes_copies_back=True)
    lose_everything(settings)
    assert "member: 1, narrowed: 2, post: 1" in restore(folder)
    found = Post.objects.get(pk=deleted.pk)
    assert found.deleted_at is not None
    assert found.text == ""
    assert Post.objects.get(pk=kept.pk).text == "ある"
    assert Post.objects.get(pk=narrowed.pk).audience == Audience.FRIENDS
    assert Post.objects.get(pk=chosen.pk).audience == Audience.ONLY_ME
    assert not Comment.objects.exists()
    assert Link.objects.get().state == LinkState.ENDED
    gone = Member.objects.get(username="yuki")
    assert not gone.is_active
    assert gone.takes_copies_back
    account_closure.continue_closures(timezone.now())
    gone.refresh_from_db()
    assert gone.closed_at is not None


def test_blocked_hidden_and_suspended_stay_so(hanako, settings, tmp_path) -> None:
    """Else whoever was kept away is back: as a friend, with the words that staff hid, and writing."""
    taro = make_member("taro")
    befriend(hanako, taro)
    hidden, shown = make_post(author=taro, text="脅し"), make_post(author=taro, text="ある")
    said = make_comment(make_post(author=hanako), taro, "侮辱")
    folder = backup(tmp_path)
    friends.block_member(taro, by=hanako)
    staff = make_member("staff", is_superuser=True)
    for kind, key in (("post", hidden.pk), ("post", shown.pk), ("comment", said.pk)):
        case = ReportCase.objects.create(kind=kind, subject=key, owner=taro, audience="everyone")
        moderation.hide(case, "規約の3番", by=staff)
        if key == shown.pk and kind == "post":
            moderation.show(case, "違いました", by=staff)
    removal.suspend(case, "規約の3番", by=staff)
    lose_everything(settings)
    assert "blocked: 1, hidden: 3, shown: 1, suspended: 1" in restore(folder)
    assert Block.objects.filter(blocker=hanako.pk, blocked=taro.pk).exists()
    assert not Friendship.objects.exists()
    visible = Post.objects.visible_to(None).values_list("pk", flat=True)
    assert hidden.pk not in visible
    assert shown.pk in visible
    assert Comment.objects.get().hidden_at is not None
    assert Member.objects.get(username="taro").suspended_at is not None
    waiting = ReportCase.objects.filter(waiting_since__isnull=False, owner=taro.pk)
    assert set(waiting.values_list("kind", flat=True)) == {"post", "comment", "profile"}


def test_the_log_of_before_the_backup_is_not_done_again(hanako, settings, tmp_path) -> None:
    """Keys of a database that was lost may be another's in this one."""
    post = make_post(author=hanako)
    line = {"at": "2020-01-01T00:00:00+00:00", "what": "post", "key": post.pk}
    broken = ["{", '{"what": "post"}', '{"at": "x", "what": "post", "key": 1}', "[]", "é"]
    Path(settings.DELETION_LOG).write_text("\n".join([json.dumps(line), *broken]))
    folder = backup(tmp_path)
    lose_everything(settings)
    assert "Done again from the deletion log: nothing" in restore(folder)
    assert Post.objects.get().deleted_at is None


def test_the_log_holds_keys_and_no_words(hanako, settings) -> None:
    post = make_post(author=hanako, text="ひみつ")
    comment = make_comment(post, hanako, "ひみつ")
    comments.delete_comment(comment, by=hanako)
    posts.edit_post(post, {"text": "もっとひみつ"}, by=hanako)
    posts.delete_post(post, by=hanako)
    assert deletion_log.write_deletion_log() == 3
    assert deletion_log.write_deletion_log() == 0
    file = Path(settings.DELETION_LOG)
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(each["what"], each["key"]) for each in entries] == [
        ("comment", comment.pk), ("edited", post.pk), ("post", post.pk),
    ]  # fmt: skip
    assert all(set(each) == {"at", "what", "key"} for each in entries)
    assert file.stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_loses_no_line(hanako, settings, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    settings.DELETION_LOG = str(tmp_path / "file" / "deletions.log")
    posts.delete_post(make_post(author=hanako), by=hanako)
    with pytest.raises(OSError, match="deletions.log|file"):
        deletion_log.write_deletion_log()
    assert LoggedDeletion.objects.count() == 1
    settings.DELETION_LOG = str(tmp_path / "elsewhere" / "deletions.log")
    assert deletion_log.write_deletion_log() == 1


def test_without_the_setting_nothing_is_recorded_and_host_and_check_say_so(
    hanako, settings, tmp_path
) -> None:
    settings.DELETION_LOG = ""
    posts.delete_post(make_post(author=hanako), by=hanako)
    assert not LoggedDeletion.objects.exists()
    said = StringIO()
    call_command("backup", str(tmp_path / "backups"), stdout=said)
    assert "DELETION_LOG is not set" in said.getvalue()
    assert [found.id for found in check_deletion_log()] == ["profilelink.W006"]
    [folder] = (tmp_path / "backups").iterdir()
    lose_everything(settings)
    with pytest.raises(CommandError, match="DELETION_LOG is not set.*--without-log"):
        restore(folder)
    restore(folder, "--without-log")
    assert Member.objects.exists()


# --- Deliveries -----------------------------------------------------------------------------------


def test_what_was_sent_after_the_backup_is_found_and_not_sent_again(
    sandbox, hanako, settings, tmp_path
) -> None:
    clock = Moving(sandbox)
    delivery = planned(linked(sandbox, hanako), "一度だけ")
    folder = backup(tmp_path)
    assert tried(delivery, clock).state == DeliveryState.SENT
    lose_everything(settings)
    assert "1 deliveries are looked for" in restore(folder)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.UNCONFIRMED
    clock.advance(minutes=2)
    assert tried(delivery, clock).state == DeliveryState.SENT
    assert texts(sandbox) == ["一度だけ"]


def test_what_was_not_sent_goes_after_it_was_looked_for(
    sandbox, hanako, settings, tmp_path
) -> None:
    clock = Moving(sandbox)
    delivery = planned(linked(sandbox, hanako), "まだ")
    folder = backup(tmp_path)
    lose_everything(settings)
    restore(folder)
    for _ in range(4):
        clock.advance(minutes=3)
        tried(delivery, clock)
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert texts(sandbox) == ["まだ"]


def test_of_a_post_that_was_edited_since_the_member_is_asked(
    sandbox, hanako, settings, tmp_path
) -> None:
    """The copy has words that are not known here any more."""
    clock = Moving(sandbox)
    delivery = planned(linked(sandbox, hanako), "はじめ")
    folder = backup(tmp_path)
    posts.edit_post(delivery.post, {"text": "あと"}, by=hanako)
    assert tried(delivery, clock).state == DeliveryState.SENT
    lose_everything(settings)
    restore(folder)
    for _ in range(4):
        clock.advance(minutes=3)
        tried(delivery, clock)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == (DeliveryState.UNCONFIRMED, None)
    assert texts(sandbox) == ["あと"]


def test_what_waited_for_its_member_is_looked_for_too(hanako, settings, tmp_path) -> None:
    """They may have linked again after the backup."""
    link = make_link(hanako)
    planning.plan_deliveries(make_post(author=hanako))
    Delivery.objects.update(state=DeliveryState.PARKED, due_at=None)
    Link.objects.update(state=LinkState.PARKED)
    folder = backup(tmp_path)
    lose_everything(settings)
    restore(folder)
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.UNCONFIRMED
    assert delivery.sent_as["text"] == "おはよう"
    assert link.pk == delivery.link_id


# --- Imports --------------------------------------------------------------------------------------


def test_imports_stay_off_until_an_operator_turns_them_on(hanako, settings, tmp_path) -> None:
    link = make_link(hanako)
    folder = backup(tmp_path)
    lose_everything(settings)
    restore(folder)
    now = timezone.now()
    import_schedule.request_imports(Link.objects.get(), now)
    assert import_schedule.lease_due_imports(now, most=8, owner="x") == []
    assert [found.id for found in check_imports(["default"])] == ["profilelink.W005"]
    staff = make_member("staff", is_staff=True)
    page = reverse("admin:syndication_importpause_changelist")
    chosen = {"action": "resume", "_selected_action": [ImportPause.objects.get().pk]}
    computer(staff).post(page, chosen)
    assert ImportPause.objects.exists()
    staff.groups.add(StaffGroup.objects.get(name="Operators"))
    client = computer(staff)
    assert "since" in client.get(page).content.decode()
    client.post(page, chosen)
    assert not ImportPause.objects.exists()
    assert check_imports(["default"]) == []
    assert import_schedule.lease_due_imports(now, most=8, owner="x")[0].link_id == link.pk


def test_or_a_command_does(tmp_path) -> None:
    ImportPause.objects.create(since=timezone.now())
    for words in ("Imports are on.", "Imports were on already."):
        said = StringIO()
        call_command("resume_imports", stdout=said)
        assert words in said.getvalue()


# --- What is refused ------------------------------------------------------------------------------


def test_only_an_empty_site_takes_a_backup(hanako, settings, tmp_path) -> None:
    folder = backup(tmp_path)
    with pytest.raises(CommandError, match="has members"):
        restore(folder)
    lose_everything(settings)
    Path(settings.MEDIA_ROOT).mkdir()
    (Path(settings.MEDIA_ROOT) / "x.jpg").write_text("")
    with pytest.raises(CommandError, match="holds files"):
        restore(folder)
    assert not Member.objects.exists()


def test_a_damaged_backup_changes_nothing(hanako, settings, tmp_path) -> None:
    folder = backup(tmp_path)
    lose_everything(settings)
    rows = folder / taking.ROWS
    rows.write_bytes(rows.read_bytes()[:-9])
    with pytest.raises(CommandError, match="damaged"):
        restore(folder)
    with pytest.raises(CommandError, match="is no backup"):
        restore(tmp_path)
    assert not Member.objects.exists()


@pytest.mark.parametrize("name", ["SECRET_KEY", "PIN_KEY", "TOKEN_KEYS"])
def test_other_keys_have_to_be_said(hanako, settings, tmp_path, name) -> None:
    folder = backup(tmp_path)
    lose_everything(settings)
    before = getattr(settings, name)
    setattr(settings, name, [OTHER_KEY] if name == "TOKEN_KEYS" else "another key " * 4)
    with pytest.raises(CommandError, match=f"{name} are not those of the backup"):
        restore(folder)
    text = (folder / taking.MANIFEST).read_text()
    assert not any(key in text for key in ([before] if isinstance(before, str) else before))
    restore(folder, "--with-other-keys")
    assert Member.objects.exists()


def test_a_backup_is_for_its_owner_alone_and_older_ones_go(hanako, tmp_path) -> None:
    backups = tmp_path / "backups"
    for name in ("20250101T000000Z", "20250102T000000Z", "20250103T000000Z.part", "others"):
        (backups / name).mkdir(parents=True)
    folder = backup(tmp_path, "--keep", "2")
    assert {path.name for path in backups.iterdir()} == {folder.name, "20250102T000000Z", "others"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.iterdir()))


def test_photos_can_be_left_to_another_program(hanako, settings, tmp_path) -> None:
    a_photo_post(hanako)
    folder = backup(tmp_path, "--without-photos")
    assert not (folder / taking.PHOTOS).exists()
    lose_everything(settings)
    assert "copy them to MEDIA_ROOT" in restore(folder)
    assert Post.objects.get().kind == PostKind.PHOTO
    assert not default_storage.exists(Post.objects.get().photo.name)
    assert timedelta(0) < timezone.now() - Post.objects.get().created_at
