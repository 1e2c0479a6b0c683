"""The file is made while it is sent: it costs no more memory or queries for more rows, and what is
broken on the disk costs nothing but itself."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Member
from syndication.export import ArchiveEntry, stream_export, stream_zip
from syndication.export.archive import PIECE
from syndication.export.reading import CHUNK
from syndication.models import Attempt, Delivery, Link, Post, PostKind, SavedDraft
from tests.making import make_link, make_member, make_post
from tests.syndication.exporting import Got, a_photo_file, after_password, export_of

pytestmark = pytest.mark.django_db

BREAKS = Path("/proc/self/mem")  # opens; its first byte is an error of the disk


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def write_posts(member: Member, link: Link, count: int) -> None:
    """`count` posts, each with a delivery that took two attempts."""
    now = timezone.now()
    before = Post.objects.count()
    posts = Post.objects.bulk_create(
        Post(author=member, kind="status", text=f"{number}", audience="everyone",
             form_key=f"{number}")
        for number in range(before, before + count)
    )  # fmt: skip
    rows = Delivery.objects.bulk_create(
        Delivery(post=post, link=link, operation="publish", sequence=1, state="failed", asked_at=now,
                 audience="everyone", idempotency_key=f"{post.pk}")
        for post in posts
    )  # fmt: skip
    Attempt.objects.bulk_create(
        Attempt(delivery=row, number=number, doing="publish", started_at=now)
        for row in rows
        for number in (1, 2)
    )


def queries_of(member: Member) -> tuple[int, Got]:
    with CaptureQueriesContext(connection) as queries:
        content = b"".join(stream_export(member, language="en"))
    return len(queries), Got(content)


def test_queries_grow_by_the_chunk_and_not_by_the_row(hanako: Member) -> None:
    link = make_link(hanako)
    counts: list[int] = []
    # Posts, their photos, chosen readers, deliveries; attempts, counts, replies, likers of each. For
    # the page to read: posts, their photos, deliveries.
    each = 8 + 3
    for total in (1, CHUNK - 1, 10 * CHUNK - 1):
        write_posts(hanako, link, total - Post.objects.count())
        count, got = queries_of(hanako)
        counts.append(count)
        posts = got.json("posts.json")["posts"]
        assert len(posts) == total
        assert {len(post["deliveries"][0]["attempts"]) for post in posts} == {2}
    one_post, one_chunk, ten_chunks = counts
    assert one_post == one_chunk
    assert ten_chunks - one_chunk == 9 * each
    assert one_chunk < 60


def test_every_row_is_there_once_and_in_order_over_the_edges_of_chunks(hanako: Member) -> None:
    for total in (CHUNK, 2 * CHUNK, 2 * CHUNK + 1):
        write_posts(hanako, make_link(hanako, uid=f"{total}"), total - Post.objects.count())
        posts = queries_of(hanako)[1].json("posts.json")["posts"]
        assert [post["text"] for post in posts] == [f"{number}" for number in range(total)]


def test_every_photo_is_there_once_over_the_edges_of_chunks(hanako: Member) -> None:
    for total in (CHUNK, CHUNK + 1, 2 * CHUNK):
        write_posts(hanako, make_link(hanako, uid=f"{total}"), total - Post.objects.count())
        first = Post.objects.earliest("pk")
        if not first.photo:
            first.photo.save("x.jpg", a_photo_file())
        Post.objects.update(photo=first.photo.name)
        names = [name for name in queries_of(hanako)[1].names if name.startswith("photos/")]
        assert names == [f"photos/{post.pk}.jpg" for post in Post.objects.order_by("pk")]


def photos_of_a_megabyte(member: Member, count: int) -> None:
    for number in range(count):
        post = make_post(author=member, kind=PostKind.PHOTO, text=f"{number}")
        post.photo.save("x.jpg", a_photo_file())
        Path(post.photo.path).write_bytes(os.urandom(1_000_000))


def test_memory_does_not_grow_with_the_photos(hanako: Member) -> None:
    photos_of_a_megabyte(hanako, 12)
    sent, longest = 0, 0
    tracemalloc.start()
    for piece in stream_export(hanako, language="en"):
        sent, longest = sent + len(piece), max(longest, len(piece))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sent > 12_000_000
    assert longest < 4 * PIECE
    assert peak < 6_000_000


def test_the_first_piece_leaves_before_the_last_photo_is_read(hanako: Member) -> None:
    photos_of_a_megabyte(hanako, 3)
    pieces = stream_export(hanako, language="en")
    first = next(pieces)
    assert first[:2] == b"PK"
    last = Post.objects.latest("pk")
    Path(last.photo.path).write_bytes(b"changed meanwhile")
    got = Got(first + b"".join(pieces))
    assert got.zip.read(f"photos/{last.pk}.jpg") == b"changed meanwhile"


def test_whoever_goes_away_in_the_middle_leaves_nothing_open(hanako: Member) -> None:
    """A file left open would be a warning, which is an error here."""
    photos_of_a_megabyte(hanako, 2)
    response = after_password(hanako).post("/account/export/")
    next(iter(response.streaming_content))
    response.close()


def test_a_photo_that_is_gone_from_the_disk_is_named_and_costs_nothing_else(hanako: Member) -> None:
    photos_of_a_megabyte(hanako, 3)
    first, second, third = Post.objects.order_by("pk")
    Path(second.photo.path).unlink()
    got = export_of(hanako)
    assert f"photos/{second.pk}.jpg" not in got.names
    assert f"photos/{second.pk}.jpg\n" in got.text("MISSING.txt")
    assert "could not be read" in got.text("MISSING.txt")
    for post in (first, third):
        assert len(got.zip.read(f"photos/{post.pk}.jpg")) == 1_000_000
        assert f"photos/{post.pk}.jpg\n" not in got.text("MISSING.txt")
    assert len(got.json("posts.json")["posts"]) == 3


def test_a_photo_that_is_a_folder_by_now_is_named_too(hanako: Member) -> None:
    photos_of_a_megabyte(hanako, 1)
    post = Post.objects.get()
    Path(post.photo.path).unlink()
    Path(post.photo.path).mkdir()
    assert f"photos/{post.pk}.jpg" in export_of(hanako).text("MISSING.txt")


@pytest.mark.skipif(not BREAKS.exists(), reason="no file here that opens and cannot be read")
def test_a_photo_whose_reading_breaks_off_is_named_and_the_file_goes_on(hanako: Member) -> None:
    photos_of_a_megabyte(hanako, 2)
    first, second = Post.objects.order_by("pk")
    Path(first.photo.path).unlink()
    Path(first.photo.path).symlink_to(BREAKS)
    got = export_of(hanako)
    assert got.zip.read(f"photos/{first.pk}.jpg") == b""
    assert f"photos/{first.pk}.jpg\n" in got.text("MISSING.txt")
    assert len(got.zip.read(f"photos/{second.pk}.jpg")) == 1_000_000


@pytest.mark.parametrize(
    "stored",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "photos/../../../etc/passwd",
        "photos/\\..\\evil.exe",
        "photos/a\nb.jpg",
        "..",
    ],
)
def test_a_hostile_name_of_a_photo_gets_neither_out_of_the_folder_nor_into_the_file(
    hanako: Member, stored: str
) -> None:
    post = make_post(author=hanako, kind=PostKind.PHOTO, text="x")
    draft = SavedDraft.objects.create(member=hanako, form_key="x")
    Post.objects.update(photo=stored)
    SavedDraft.objects.update(photo=stored)
    Member.objects.filter(pk=hanako.pk).update(picture=stored)
    got = export_of(hanako)
    assert all(name == Path(name).as_posix().strip() for name in got.names)
    assert not [name for name in got.names if ".." in name or "\\" in name or name[0] == "/"]
    assert not [name for name in got.names if name.startswith("photos/")]
    assert b"root:" not in got.all_bytes
    missing = got.text("MISSING.txt")
    for name in (f"{post.pk}", f"mail-{draft.pk}", f"profile-{hanako.pk}"):
        assert f"photos/{name}.jpg\n" in missing
    assert got.json("posts.json")["posts"][0]["photo"] == f"photos/{post.pk}.jpg"


def test_an_entry_that_ends_early_leaves_a_file_that_opens() -> None:
    def cut() -> Iterator[bytes]:
        yield b"so far"

    entries = [ArchiveEntry("a.jpg", cut()), ArchiveEntry("b.txt", [b"b" * 10])]
    content = b"".join(stream_zip(entries, made_at=timezone.localtime()))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    assert archive.read("a.jpg") == b"so far"
    assert {info.external_attr >> 16 for info in archive.infolist()} == {0o644}
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_its_language_is_that_of_who_asked_whatever_the_thread_speaks_by_then(
    hanako: Member,
) -> None:
    with override("en"):
        pieces = stream_export(hanako, language="ja")
        got = Got(b"".join(pieces))
    assert "ほかの人が" in got.text("README.txt")
    with override("en"):
        UserSession.objects.create(user=hanako, ip="::1", session_key="x", user_agent="KAIOS/3")
        got = Got(b"".join(stream_export(hanako, language="ja")))
    assert got.json("devices.json")["sessions"][0]["device"] != "a phone with KaiOS"


def test_json_is_indented_and_ends_with_a_line(hanako: Member) -> None:
    make_post(author=hanako, text="x")
    text = queries_of(hanako)[1].text("posts.json")
    assert text.startswith('{\n  "posts": [\n    {\n      "id": ')
    assert text.endswith("    }\n  ]\n}\n")
    assert json.loads(text)
