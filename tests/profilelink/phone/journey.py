"""The main job on one device, told once, by links and forms of its pages.

In one process: the engine is called where the worker would be, the networks are the sandbox. Each
step looks at what the member must see and at what mixi has by its own word.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import escape

from syndication.models import Post, PostKind
from tests.accounts.away import Away, come_back
from tests.accounts.screens import number_on, numbers_on, press, scan
from tests.page import Page
from tests.profilelink import mailed
from tests.profilelink.phone.traveller import Journey
from tests.syndication.importing import import_feed, import_friends

STATUS = "今日から〜ﾌﾟﾛﾌ ①髙﨑 よろしく☀😀"
FOR_FRIENDS = "友だちだけに：金曜に鍋をします"
NOTE_TITLE, NOTE = "冬の停留所", "題名を決めました。\n\n雪の日に、待つ人だけを撮ります☃"
FRIENDS_NOTE = "友人にだけ読んでほしいこと"
CAPTION, ALT = "停留所の朝☀表", "雪の積もったバス停"
LINKED, ADDRESS = "この粉がおすすめ", "https://flour.example/tipo-00"
CORRECTED = "明日から〜よろしく"


def tell(journey: Journey) -> None:
    """All of it. A step that does not see what it must see stops the story."""
    log_in(journey)
    link_mixi(journey)
    look_at_friends(journey)
    keep_friends(journey)
    open_up(journey)
    write_all(journey)
    arrived(journey)
    go_back_to_friends(journey)
    write_for_friends(journey)
    correct(journey)
    take_back(journey)
    read_friends(journey)
    log_out(journey)


def log_in(journey: Journey) -> None:
    """By the QR picture, or by the characters under it; the computer picks the phone's number."""
    phone, desk = journey.phone, journey.desk
    shown = press(desk)
    code = shown.form("Show the numbers", set()).fields["code"][0]
    if phone.device.scans:
        asked = phone.get(scan(shown))
    else:
        phone.get("/q/")
        letters = re.search(r"[A-Z]{5}-[A-Z]{5}", shown.text)
        assert letters
        asked = phone.submit("Continue", code=letters[0].lower())
    journey.sees("はなこ")
    assert number_on(asked) in numbers_on(press(desk, code=code))
    assert "Now press Continue" in press(desk, code=code, number=number_on(asked))
    phone.submit("Continue")
    journey.sees("はなこ", "Write")


def link_mixi(journey: Journey) -> None:
    phone = journey.phone
    phone.follow("Links")
    asked = phone.follow("Link your profile with mixi")
    number = re.search(r"number: (\d{4})", asked.text)
    assert number
    door = phone.submit("Go to mixi")
    away = Away(door.link("Go there").href, number[1])
    assert ("/mixi/m/" in away.address) == phone.device.is_flip_phone
    assert f"display={phone.device.display}" in away.address or not phone.device.display
    come_back(phone, away)
    journey.sees("ザキ", "hanako")
    phone.submit("Link", link="1")
    journey.sees("ザキ", "Posts by me")
    assert journey.link.name == "ザキ"


def look_at_friends(journey: Journey) -> None:
    """Who of them agreed to be found is shown as being here; the others can be invited."""
    import_friends(journey.link.pk)
    journey.phone.follow("Your mixi friends")
    journey.sees("Also on this site", "@taro", "Not found on this site", "もも", "Invite somebody")
    journey.phone.follow("* ザキ")


def keep_friends(journey: Journey) -> None:
    """What 2010 did not offer: notes and photos for friends, where mixi holds that."""
    journey.sees("“Posts by me” is Friends", "mixi friends read it")
    journey.phone.submit("Save", note_friends="on", photo_friends="on")
    journey.sees("Saved")


def open_up(journey: Journey) -> None:
    """The button of 2010, with what it means."""
    journey.phone.follow("Change Posts by me to Everyone")
    journey.sees("anybody can read it here", "here you can change it back")
    journey.phone.submit("Change Posts by me to Everyone")
    assert journey.phone.page.form("Change back to Friends", set())


def go_back_to_friends(journey: Journey) -> None:
    journey.home()
    journey.phone.follow("Account")
    journey.phone.follow("Privacy")
    journey.phone.follow("1 Change")
    journey.phone.submit("Change back to Friends")
    journey.member.refresh_from_db()
    assert journey.member.posts_by_me == "friends"


def write_all(journey: Journey) -> None:
    compose(journey, "", text=STATUS)
    compose(journey, "Note", title=NOTE_TITLE, text=NOTE)
    write_photo(journey)
    compose(journey, "4 Link", url=ADDRESS, text=LINKED)


def compose(journey: Journey, kind: str, *, goes: bool = True, **typed: Any) -> None:
    """Write, look it over, send. The page between says where it goes."""
    journey.home()
    journey.phone.follow("Write")
    if kind:
        journey.phone.submit(kind)
    journey.phone.submit("Preview", typed)
    send(journey, goes=goes)


def send(journey: Journey, *, goes: bool = True) -> None:
    journey.sees("Send it?", "mixi")
    assert ("Not sent:" in journey.phone.page) != goes
    journey.phone.submit("Send")


def write_photo(journey: Journey) -> None:
    if journey.phone.device.can_upload:
        compose(journey, "Photo", text=CAPTION, photo_alt=ALT, photo=journey.photo)
    else:
        write_photo_by_mail(journey)
    post = Post.objects.get(kind=PostKind.PHOTO)
    assert (post.text, post.photo_alt) == (CAPTION, ALT)


def write_photo_by_mail(journey: Journey) -> None:
    """The page of the photo says how; what is mailed waits on the phone until it is sent there."""
    phone = journey.phone
    journey.by_mail = True
    journey.home()
    phone.follow("Write")
    phone.submit("Photo")
    phone.follow("Post by email")
    phone.submit("Turn it on")
    address = phone.page.link("Write an email").href.removeprefix("mailto:")
    mailed.receive(the_mail(journey), address)
    journey.home()
    phone.follow("waiting email")
    phone.follow("停留所")
    journey.sees(CAPTION)
    phone.submit("Next", kind="photo")
    phone.submit("Preview", photo_alt=ALT)
    send(journey)


def the_mail(journey: Journey) -> bytes:
    """As this carrier's phones send it: words in Shift_JIS with the pictogram's own code."""
    domain = {"docomo": "docomo.ne.jp", "softbank": "softbank.ne.jp"}[journey.phone.device.carrier]
    sun = {"docomo": b"\xf8\x9f", "softbank": b"\xf9\x8b"}[journey.phone.device.carrier]
    words = CAPTION.encode("cp932", "replace").replace(b"?", sun)
    parts = mailed.parts(
        "mixed",
        "b1",
        mailed.part("text/plain; charset=Shift_JIS", words),
        mailed.part('image/jpeg; name="0001.jpg"', journey.photo.read_bytes()),
    )
    return mailed.mail_of_parts(parts, b"Message-ID: <1@phone>", sender=f"hanako@{domain}")


def arrived(journey: Journey) -> None:
    """mixi has all four in the characters that were meant; "Where it went" says so."""
    journey.work()
    assert journey.read(STATUS) in journey.statuses
    assert any(ADDRESS in text and LINKED in text for text in journey.statuses)
    assert NOTE.splitlines()[-1] in journey.diaries[NOTE_TITLE].body
    assert any(CAPTION in str(vars(one)) for one in photos(journey))
    journey.home()
    journey.phone.follow("Account")
    journey.phone.follow("Where it went")
    page = journey.phone.page
    assert page.text.count("mixi: arrived") == 4, page.text
    assert "see it" in page
    journey.phone.follow("Only unfinished ones")
    journey.sees("Nothing waits, and nothing failed.")


def photos(journey: Journey) -> list[Any]:
    """mixi shows a photo of its own, or as the picture of a voice."""
    mixi = journey.sandbox.mixi
    return [one for one in [*mixi.photos, *mixi.statuses] if journey._mine(one)]


def write_for_friends(journey: Journey) -> None:
    """Posts by me is Friends again: mixi has a place for such a note, and none for a status."""
    compose(journey, "", goes=False, text=FOR_FRIENDS)
    compose(journey, "Note", title=FRIENDS_NOTE, text=FOR_FRIENDS)
    journey.work()
    assert not any(FOR_FRIENDS in text for text in journey.statuses)
    assert journey.diaries[FRIENDS_NOTE].visibility == "friends"


def open_post(journey: Journey, text: str) -> Page:
    """A post of one's own, by its first words on the home page."""
    journey.home()
    return journey.phone.follow(journey.read(text)[:8])


def correct(journey: Journey) -> None:
    """An edit here; mixi cannot change what it has, and the page says so."""
    open_post(journey, STATUS)
    journey.phone.follow("5 Change")
    journey.phone.follow("Edit")
    journey.phone.submit("Preview", text=CORRECTED)
    journey.sees("mixi", CORRECTED)
    journey.phone.submit("Save")
    journey.sees(CORRECTED, "edited")
    journey.work()
    assert journey.statuses[journey.read(STATUS)]


def take_back(journey: Journey) -> None:
    """One narrowed, another deleted: both copies go."""
    open_post(journey, CORRECTED)
    journey.phone.follow("5 Change")
    journey.phone.follow("Who sees it")
    journey.phone.submit("Next", audience="friends")
    journey.phone.submit("Change it")
    open_post(journey, LINKED)
    journey.phone.follow("5 Change")
    journey.phone.follow("3 Delete")
    journey.phone.submit("Delete")
    journey.work()
    gone = [text for text, stands in journey.statuses.items() if not stands]
    assert len(gone) == 2, journey.statuses
    assert journey.read(STATUS) in gone
    assert any(ADDRESS in text for text in gone)
    journey.home()
    journey.phone.follow("Account")
    journey.phone.follow("Where it went")
    journey.sees("A deleted post")
    assert journey.phone.page.text.count("mixi: deleted") == 2


def read_friends(journey: Journey) -> None:
    """What mixi friends wrote stands on the home page, marked as mixi's."""
    import_feed(journey.link.pk)
    journey.home()
    item = next(link for link in journey.phone.page.links if "feed/" in link.href)
    assert re.search(f"[·・] mixi {re.escape(item.text)}", journey.phone.page.text)
    journey.phone.follow(item.href)
    journey.sees("mixi")


def log_out(journey: Journey) -> None:
    journey.home()
    journey.phone.follow("Account")
    journey.phone.follow("Log out")
    journey.phone.submit("Log out")
    assert escape("はなこ") not in journey.phone.get("/m/")
