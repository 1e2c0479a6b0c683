"""The main job, told once: design.md section 3, points 1 to 8 and 10.

`computer` is a Browser with cookies; `phone` is any of the three clients without. Every step says
what the person must see; a step that does not see it stops the story.
"""

from __future__ import annotations

import base64
import io
import re
import time
from pathlib import Path
from typing import Any, Protocol

import zxingcpp
from PIL import Image

from tests.journey.browser import Browser
from tests.journey.world import World

STATUS = "今日から Profile Link 〜 よろしく😀"
NOTE_TITLE = "冬の停留所"
NOTE = "写真展の題名を決めました。\n\n雪の日に、待つ人だけを撮ります。"
CAPTION = "停留所の朝①"
ALT = "雪の積もったバス停"
LINKED = "この粉がおすすめ"
SECRET_PLAN = "友だちだけに：金曜に鍋をします"


class Client(Protocol):
    def open(self, address: str) -> Any: ...
    def follow(self, words: str) -> Any: ...
    def press(self, words: str) -> Any: ...
    def fill(self, label: str, text: str) -> None: ...
    def tick(self, label: str, *, on: bool = True) -> None: ...
    def choose(self, label: str, words: str) -> None: ...
    def attach(self, label: str, path: Path) -> None: ...
    def shows(self, *words: str) -> bool: ...
    @property
    def text(self) -> str: ...


def sees(client: Client, *words: str) -> None:
    for word in words:
        assert client.shows(word), f"{word!r} is not on this page:\n{client.text}"


def log_in_computer(computer: Browser, world: World, name: str = "hanako") -> None:
    computer.open("/")
    computer.follow("Log in")
    computer.fill("Name or mail", name)
    computer.fill("Password", world.password)
    computer.press("Log in")
    sees(computer, "Log out")


def scan(computer: Browser) -> str:
    """Read the QR picture on the computer's page as a camera would: the address in it."""
    picture = next(src for src in computer.page.images if src.startswith("data:image/png"))
    image = Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2])))
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found.text


def log_in_phone(computer: Browser, phone: Client, *, member: str = "花子") -> str:
    """Scan, compare numbers, continue. Gives the address that was in the code."""
    computer.open("/")
    computer.follow("Phones")
    computer.press("Log in a phone")
    address = scan(computer)
    phone.open(address)
    sees(phone, member)
    number = re.search(r"(?<!\d)(\d\d)(?!\d)", phone.text)[1]
    computer.press("Show the numbers")
    computer.press(number)
    phone.press("Continue")
    sees(phone, "Log out")
    return address


def link_mixi(
    phone: Client, world: World, *, member: str = "hanako", nickname: str = "ザキ"
) -> None:
    phone.follow("Links")
    phone.follow("Link your profile with mixi")
    number = re.search(r"(?<!\d)(\d{4})(?!\d)", phone.text)
    phone.press("Go to mixi")
    phone.follow("Go there")
    phone.fill("ログイン名", member)
    phone.fill("パスワード", world.password)
    phone.tick("常に同意する")
    phone.press("同意する")
    assert number is not None, "no number was shown before leaving"
    sees(phone, "number")
    phone.fill("The 4-digit number", number[1])
    phone.press("Continue")
    sees(phone, nickname, member)
    phone.press("Link")
    sees(phone, nickname, "Posts by me")


def look_at_friends(phone: Client, world: World) -> None:
    def here() -> bool:
        phone.follow("Your mixi friends")
        found = phone.shows("taro", "yuki", "もも")
        phone.follow(" ザキ")
        return found

    assert world.until(here), f"the friends did not arrive:\n{phone.text}"


def opt_in(phone: Client) -> None:
    """Keep Friends, and let mixi show notes and photos to mixi friends only."""
    phone.tick("Notes for Friends")
    phone.tick("Photos for Friends")
    phone.press("Save")
    sees(phone, "Saved")


def open_up(phone: Client) -> None:
    """The button of 2010, and the way back."""
    phone.follow("Change Posts by me to Everyone")
    phone.press("Change Posts by me to Everyone")
    sees(phone, "Everyone")


def write_all(phone: Client, photo: Path) -> None:
    """A status with an emoji, a note, a photo, a link: each says where it goes before it goes."""
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", STATUS)
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.follow("Note")
    phone.fill("Title", NOTE_TITLE)
    phone.fill("Note", NOTE)
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.follow("Photo")
    phone.fill("What it shows", ALT)
    phone.fill("Words to it", CAPTION)
    phone.attach("Photo", photo)  # last: w3m sends the form by itself then
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.follow("4 Link")  # the words "Profile Link" stand on every page
    phone.fill("Address", "https://example.com/flour")
    phone.fill("Words to it", LINKED)
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", SECRET_PLAN)
    phone.choose("Who sees it", "Friends")
    preview_and_send(phone, "mixi")


def preview_and_send(phone: Client, network: str) -> None:
    if not phone.shows("Send it?"):
        phone.press("Look it over")
    sees(phone, "Send it?", network)
    phone.press("Send")


def home(phone: Client) -> None:
    phone.follow("0 Home")


def watch_it_go(phone: Client, world: World) -> None:
    """The worker delivers; "Where it went" says so, and mixi has it."""

    def all_there() -> bool:
        got = world.received()
        texts = [s["text"] for s in got["statuses"]]
        return (
            any(STATUS in text for text in texts)
            and any("https://example.com/flour" in text for text in texts)
            and any(d["title"] == NOTE_TITLE for d in got["diaries"])
            and len(got["photos"]) >= 1
        )

    assert world.until(all_there, seconds=60), world.received()
    home(phone)
    phone.follow("Where it went")
    sees(phone, "mixi", "sent")


def take_back(phone: Client, world: World) -> None:
    """Narrow one to Friends, delete another: the copies go, and what cannot go is said."""
    open_post(phone, STATUS[:8])
    phone.follow("Who sees it")
    phone.choose("Who sees it", "Friends")
    phone.press("Go on")
    phone.press("Change it")
    open_post(phone, LINKED)
    phone.follow("Delete")
    phone.press("Delete")

    def gone() -> bool:
        mine = [
            s for s in world.received()["statuses"] if STATUS in s["text"] or LINKED in s["text"]
        ]
        return bool(mine) and all(s["deleted"] for s in mine)

    assert world.until(gone, seconds=60), world.received()


def open_post(phone: Client, words: str) -> None:
    home(phone)
    phone.follow(words)


def never_wider(world: World) -> None:
    """What was for Friends did not reach mixi's Voice, which has no friends-only place."""
    assert not any(SECRET_PLAN in s["text"] for s in world.received()["statuses"])


def read_friends(phone: Client, world: World) -> None:
    """What her mixi friends wrote is on her home page, marked as mixi's."""

    def there() -> bool:
        home(phone)
        return phone.shows("けんじ") or phone.shows("もも")

    assert world.until(there, seconds=40), f"nothing of the friends:\n{phone.text}"


def staff_look(staff: Browser, world: World) -> None:
    """Links, deliveries, attempts and phone logins in admin; no private text."""
    staff.open("/admin/")
    staff.fill("Name or mail", "admin")
    staff.fill("Password", world.password)
    staff.press("Log in")
    front = staff.page
    for words, seen in [("Links", "ザキ"), ("Deliveries", "sent"), ("Phone logins", "hanako")]:
        staff.page = front
        staff.follow(words)
        sees(staff, seen)
        assert SECRET_PLAN not in staff.page.html, "a private text in admin"


PAUSED = "このあいだは止まっています"


def pause_and_go_on(staff: Browser, phone: Client, world: World) -> None:
    """Staff pause mixi: what is written waits, and goes when they let it go on."""
    staff.open("/admin/")
    staff.follow("Network switches")
    staff.follow("Add network switch")
    staff.tick("Is paused")
    staff.fill("Reason", "mixi is being mended.")
    staff.press("Save")
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", PAUSED)
    preview_and_send(phone, "mixi")
    time.sleep(6)  # longer than the first try takes
    assert not any(PAUSED in s["text"] for s in world.received()["statuses"])
    home(phone)
    phone.follow("Links")
    sees(phone, "mixi is being mended.")
    staff.follow("mixi")
    staff.tick("Is paused", on=False)
    staff.press("Save")
    arrived = world.until(
        lambda: any(PAUSED in s["text"] for s in world.received()["statuses"]), seconds=40
    )
    assert arrived, world.received()["statuses"]


def tell(computer: Browser, phone: Client, world: World, photo: Path) -> None:
    """Points 1 to 8 of the main job, in order; 9 on the way."""
    log_in_computer(computer, world)
    log_in_phone(computer, phone)
    link_mixi(phone, world)
    look_at_friends(phone, world)
    opt_in(phone)
    open_up(phone)
    write_all(phone, photo)
    watch_it_go(phone, world)
    never_wider(world)
    take_back(phone, world)
    read_friends(phone, world)
