"""Mails that want memory, time or a stranger's data: each ends in a documented code, and soon."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile

import pytest
from django.conf import settings

from profilelink.mail import mime
from profilelink.mail.mime import MAX_DEPTH, MAX_PARTS, MessageTooComplex
from profilelink.mail.receiving import max_mail_bytes
from syndication.models import SavedDraft
from tests.making import make_member
from tests.photographs import a_photo, a_photo_from_shibuya, a_pixel_bomb
from tests.profilelink.mailed import address_of, mail, mail_of_parts, part, parts, receive

pytestmark = pytest.mark.django_db

OWN = "hanako@example.com"
SEA = part("text/plain", b"sea")


def nested(depth: int) -> bytes:
    whole = SEA
    for level in range(depth):
        whole = parts("mixed", f"b{level}", whole)
    return mail_of_parts(whole)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("photo.jpg", b"\0" * 30_000_000)
    return out.getvalue()


class Endless:
    """A pipe of `size` bytes that nobody could keep; remembers the largest bite that was taken."""

    def __init__(self, size: int) -> None:
        self.left, self.bite = size, 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "everything was asked for at once"
        self.bite = max(self.bite, size)
        took = min(size, self.left)
        self.left -= took
        return b"x" * took


REFUSED = {
    "more parts than any phone sends": mail_of_parts(parts("mixed", "a", *[SEA] * MAX_PARTS)),
    "a nest": nested(MAX_DEPTH + 1),
    "a deep nest": nested(2_000),
    "a pixel bomb alone": mail_of_parts(part("image/png", a_pixel_bomb())),
    "a picture that is none": mail_of_parts(part("image/jpeg", b"\xff\xd8\xff" + b"x" * 900)),
    "base64 that is none": mail(
        b"Content-Type: image/jpeg", b"Content-Transfer-Encoding: base64", body=b"!\xff~" * 999
    ),
    "an archive alone": mail_of_parts(part("application/zip", zipped())),
    "too large": mail(body=b"x" * max_mail_bytes()),
    "nothing": mail(),
}


@pytest.mark.parametrize("end", [b"", b"\\"])
def test_a_quote_without_end_in_a_header_is_read_in_one_pass(end: bytes) -> None:
    """Before anybody asks whose address it is: whoever can send a mail could hold the mail server."""
    begun = time.process_time()
    for name in (b"Content-Type", b"Content-Transfer-Encoding"):
        long = name + b': text/plain; (a) "' + b'\\"' * 30_000 + end
        assert receive(mail(long, body=b"sea"), "nobody@post.example").code == 0
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_refused_and_the_member_told(name: str) -> None:
    hanako = make_member("hanako")
    received = receive(REFUSED[name], address_of(hanako), sender=OWN)
    assert received.code == 65
    assert len(received.said.splitlines()) == 1
    assert hanako.post_addresses.get().refused_sentence == received.said.strip()
    assert not SavedDraft.objects.exists()


def test_a_page_of_one_endless_tag_is_read_in_one_pass() -> None:
    """Tried anew from each of its characters, it would keep the pipe for ten minutes."""
    raw = mail(b"Content-Type: text/html", body=b"sea<" + b"a" * 200_000)
    assert receive(raw, address_of(make_member("hanako")), sender=OWN).code == 0
    assert SavedDraft.objects.get().text == "sea"


@pytest.mark.parametrize(
    "raw",
    [
        b"A: b\n" * 10_000 + b"\nsea",
        b"Subject: " + b"s" * 1_000_000 + b"\n\nsea",
        b"Subject: a\n" + b" b\n" * 100_000 + b"\nsea",
    ],
)
def test_headers_without_end_are_dropped(raw: bytes) -> None:
    assert receive(raw, address_of(make_member("hanako")), sender=OWN).code == 0
    assert not SavedDraft.objects.exists()


def test_what_is_beyond_the_cap_is_never_kept() -> None:
    """The mail server's pipe is read to its end, or it would take that for trouble of ours."""
    pipe = Endless(10 * max_mail_bytes())
    address = address_of(make_member("hanako"))
    tracemalloc.start()
    assert receive(pipe, address, sender=OWN).code == 65
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert pipe.left == 0
    assert pipe.bite < 1_000_000
    assert peak < 3 * max_mail_bytes()


@pytest.mark.parametrize(
    ("attachment", "left_out"),
    [
        (part("image/png", a_pixel_bomb()), 1),
        (part("application/zip", zipped()), 1),
        (part("message/rfc822", mail(body=b"inner")), 1),
        (part("image/svg+xml", b"<svg onload='x'/>"), 1),
        (part("text/plain", b"secret", b"Content-Disposition: attachment; filename=a.txt"), 1),
    ],
)
def test_words_beside_a_bad_attachment_are_taken(attachment: bytes, left_out: int) -> None:
    whole = mail_of_parts(parts("mixed", "a", SEA, attachment))
    assert receive(whole, address_of(make_member("hanako"))).code == 0
    draft = SavedDraft.objects.get()
    assert (draft.text, draft.left_out, bool(draft.photo)) == ("sea", left_out, False)


def test_a_photo_loses_the_place_where_it_was_taken() -> None:
    whole = mail_of_parts(part("image/jpeg", a_photo_from_shibuya()))
    receive(whole, address_of(make_member("hanako")))
    with SavedDraft.objects.get().photo.open("rb") as file:
        assert b"SECRETCAM" not in file.read()


def test_a_photo_as_large_as_a_form_takes_comes_by_mail_too() -> None:
    whole = mail_of_parts(part("image/jpeg", b"x" * settings.PHOTO_MAX_BYTES))
    assert len(whole) < max_mail_bytes()


def test_garbage_between_base64_is_passed_over() -> None:
    photo = part("image/jpeg", a_photo())
    head, _empty, body = photo.partition(b"\r\n\r\n")
    broken = body.replace(b"\r\n", b" \xff!\r\n>")
    receive(mail_of_parts(head + b"\r\n\r\n" + broken), address_of(make_member("hanako")))
    assert SavedDraft.objects.get().photo


def test_control_characters_and_private_letters_do_not_get_in() -> None:
    text = "a\0b\x1b[31mc\x85\ufeff\U000f1234\ue000\ufffcd\u2028e"
    receive(
        mail(b"Subject: x\0\x07y", b"Content-Type: text/plain; charset=utf-8", body=text.encode()),
        address_of(make_member("hanako")),
    )
    draft = SavedDraft.objects.get()
    assert (draft.title, draft.text) == ("xy", "ab[31mc〓〓d\ne")


def test_a_text_longer_than_a_note_is_cut_and_says_so() -> None:
    receive(mail(body="あ".encode() * 10_001), address_of(make_member("hanako")))
    draft = SavedDraft.objects.get()
    assert (len(draft.text), draft.is_cut) == (10_000, True)


def test_one_line_of_a_million_letters_is_a_text() -> None:
    receive(mail(body=b"x" * 1_000_000), address_of(make_member("hanako")))
    assert SavedDraft.objects.get().is_cut


def test_so_many_parts_and_levels_are_the_last_that_are_read() -> None:
    assert len(list(mime.leaf_parts(mime.parse_message(nested(MAX_DEPTH))))) == 1
    most = mail_of_parts(parts("mixed", "a", *[SEA] * (MAX_PARTS - 1)))
    assert len(list(mime.leaf_parts(mime.parse_message(most)))) == MAX_PARTS - 1
    with pytest.raises(MessageTooComplex):
        list(mime.leaf_parts(mime.parse_message(nested(MAX_DEPTH + 1))))
