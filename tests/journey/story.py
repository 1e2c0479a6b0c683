"""The main job, told once: from sign-up to what staff see.

`computer` is a Browser with cookies; `phone` is any of the clients without. Every step says
what the person must see; a step that does not see it stops the story. `who` is a member with a
mixi account of the same name: each client has one of its own, so that all share one world.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin

import zxingcpp
from PIL import Image

from tests.journey.browser import Browser
from tests.journey.elsewhere import ARRIVED, Elsewhere
from tests.journey.people import HANAKO, Person
from tests.journey.world import World

TOKEN = re.compile(r"/s/([A-Za-z0-9_-]{22})")
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
    def address(self) -> str: ...
    @property
    def text(self) -> str: ...


def sees(client: Client, *words: str) -> None:
    for word in words:
        assert client.shows(word), f"{word!r} is not on this page:\n{client.text}"


def log_in_computer(computer: Browser, world: World, name: str = "hanako") -> None:
    computer.open("/")
    computer.follow("Log in")
    computer.fill("Username or email", name)
    computer.fill("Password", world.password)
    computer.press("Log in")
    sees(computer, "9 Write")


def sign_up(computer: Client, world: World, who: Person) -> None:
    computer.open(world.site)
    computer.follow("Sign up")
    computer.fill("Username", who.name)
    computer.fill("Email", f"{who.name}@example.com")
    computer.fill("Password", world.password)
    computer.press("Sign up")
    sees(computer, who.name, "9 Write")


def scan(computer: Browser) -> str:
    """Read the QR picture on the computer's page as a camera would: the address in it."""
    picture = next(src for src in computer.page.sources if src.startswith("data:image/png"))
    image = Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2])))
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return found.text


def log_in_phone(computer: Browser, phone: Client, who: Person = HANAKO) -> str:
    """Scan, or type the characters; compare numbers, continue. Gives the address in the code."""
    computer.open("/")
    account(computer)
    computer.follow("Phones")
    computer.press("Log in a phone")
    address = scan(computer)
    if getattr(phone, "scans", True):
        phone.open(address)
    else:
        phone.open(urljoin(address, "/q/"))
        phone.fill("Code", re.search(r"/q/\s*(\S+)", computer.text)[1])
        phone.press("Continue")
    sees(phone, who.here)
    number = re.search(r"(?<!\d)(\d\d)(?!\d)", phone.text)[1]
    computer.press("Show the numbers")
    computer.press(number)
    phone.press("Continue")
    sees(phone, "9 Write")
    return address


def link_mixi(phone: Client, world: World, who: Person = HANAKO) -> None:
    phone.follow("Links")
    phone.follow("Link your profile with mixi")
    number = re.search(r"(?<!\d)(\d{4})(?!\d)", phone.text)
    phone.press("Go to mixi")
    phone.follow("Go there")
    phone.fill("ログイン名", who.name)
    phone.fill("パスワード", world.password)
    phone.tick("今後、このサービスに対して常に同意する")
    phone.press("同意する")
    assert number is not None, "no number was shown before leaving"
    sees(phone, "number")
    phone.fill("The 4-digit number", number[1])
    phone.press("Continue")
    sees(phone, who.nickname, who.name)
    phone.press("Link")
    sees(phone, who.nickname, "Posts by me")


def link_network(phone: Client, world: World, name: str, login: str, asked: str = "") -> None:
    """From any page: link the network by its own permission page, which all but mixi's share.

    `asked` is what the member types before, a name or a server, where the network asks for it.
    """
    home(phone)
    phone.follow("Links")
    phone.follow(f"Link your profile with {name}")
    number = re.search(r"Remember this number: (\d{4})", phone.text)
    assert number is not None, phone.text
    if asked:
        phone.fill("Your username or server", asked)
    phone.press(f"Go to {name}")
    phone.follow("Go there")
    phone.fill("ユーザー名", login)
    phone.fill("パスワード", world.password)
    phone.press("承認")
    phone.fill("The 4-digit number", number[1])
    phone.press("Continue")


def look_at_friends(phone: Client, world: World, who: Person = HANAKO) -> None:
    def here() -> bool:
        phone.follow("Your mixi friends")
        found = phone.shows(*who.friends)
        phone.follow(f" {who.nickname}")
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


def write_all(phone: Client, photo: Path, address: str) -> None:
    """A status with an emoji, a note, a photo, a link: each says where it goes before it goes."""
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", STATUS)
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.press("Note")
    phone.fill("Title", NOTE_TITLE)
    phone.fill("Note", NOTE)
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.press("Photo")
    phone.fill("What the photo shows", ALT)
    phone.fill("Caption", CAPTION)
    phone.attach("Photo", photo)  # last: w3m sends the form by itself then
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.press("4 Link")
    phone.fill("Address", address)
    phone.fill("Caption", LINKED)
    preview_and_send(phone, "mixi")
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", SECRET_PLAN)
    phone.choose("Who sees it", "Friends")
    preview_and_send(phone, "mixi")


def preview_and_send(phone: Client, network: str) -> None:
    if not phone.shows("Send it?"):
        phone.press("Preview")
    sees(phone, "Send it?", network)
    phone.press("Send")


def home(phone: Client) -> None:
    phone.follow("0 Home")


def account(phone: Client) -> None:
    """Phones, the deliveries and the way out stand under Account, which is on home."""
    home(phone)
    phone.follow("3 Account")


def watch_it_go(phone: Client, world: World, who: Person, address: str) -> None:
    """The worker delivers; "Where it went" says so, and mixi has it."""

    def all_there() -> bool:
        got = world.received_from(who.name)
        texts = [s["text"] for s in got["statuses"]]
        return (
            any(STATUS in text for text in texts)
            and any(address in text for text in texts)
            and any(d["title"] == NOTE_TITLE for d in got["diaries"])
            and len(got["photos"]) >= 1
        )

    assert world.until(all_there, seconds=60), world.received_from(who.name)
    account(phone)
    phone.follow("Where it went")
    sees(phone, "mixi", "arrived")


def take_back(phone: Client, world: World, who: Person) -> None:
    """Narrow one to Friends, delete another: the copies go, and what cannot go is said."""
    open_post(phone, STATUS[:8])
    phone.follow("5 Change")
    phone.follow("Who sees it")
    phone.choose("Who sees it", "Friends")
    phone.press("Next")
    phone.press("Change it")
    open_post(phone, LINKED)
    phone.follow("5 Change")
    phone.follow("Delete")
    phone.press("Delete")

    def gone() -> bool:
        statuses = world.received_from(who.name)["statuses"]
        mine = [s for s in statuses if STATUS in s["text"] or LINKED in s["text"]]
        return bool(mine) and all(s["deleted"] for s in mine)

    assert world.until(gone, seconds=60), world.received_from(who.name)


def open_post(phone: Client, words: str) -> None:
    home(phone)
    phone.follow(words)


def never_wider(world: World, who: Person) -> None:
    """What was for Friends did not reach mixi's Voice, which has no friends-only place."""
    statuses = world.received_from(who.name)["statuses"]
    assert not any(SECRET_PLAN in s["text"] for s in statuses)


def read_friends(phone: Client, world: World) -> None:
    """What mixi friends wrote is on the home page, marked as mixi's."""

    def there() -> bool:
        home(phone)
        return phone.shows("· mixi")

    assert world.until(there, seconds=40), f"nothing of the friends:\n{phone.text}"


def knock(phone: Client, world: World) -> None:
    """The page that probes for cookies: it comes up without them."""
    phone.open(f"{world.site}/")
    phone.follow("Log in")
    sees(phone, "Password", "Forgot password")


def visit(phone: Client, elsewhere: Elsewhere) -> None:
    """Follow the address in a post, by the page that says where it leads; come back by hand."""
    open_post(phone, LINKED)
    here = phone.address()
    phone.follow("/flour")
    sees(phone, elsewhere.host)
    phone.follow("Go there")
    sees(phone, ARRIVED)
    phone.open(here)
    sees(phone, LINKED)


def tell(
    computer: Browser, phone: Client, world: World, photo: Path, who: Person = HANAKO
) -> set[str]:
    """Points 1 to 9 of the main job. Gives the tokens that stood in the phone's addresses."""
    knock(phone, world)
    tokens = {token_of(phone)}
    if who is HANAKO:
        log_in_computer(computer, world)
    else:
        sign_up(computer, world, who)
    log_in_phone(computer, phone, who)
    tokens.add(token_of(phone))
    link_mixi(phone, world, who)
    tokens.add(token_of(phone))
    look_at_friends(phone, world, who)
    opt_in(phone)
    open_up(phone)
    write_all(phone, photo, world.elsewhere.flour)
    watch_it_go(phone, world, who, world.elsewhere.flour)
    never_wider(world, who)
    visit(phone, world.elsewhere)
    take_back(phone, world, who)
    read_friends(phone, world)
    assert len(tokens) == 3, "a log-in or a link did not give a new token"
    return tokens


def token_of(phone: Client) -> str:
    found = TOKEN.search(phone.address())
    assert found, f"no token in {phone.address()}"
    return found[1]
