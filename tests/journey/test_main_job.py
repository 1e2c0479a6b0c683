"""The main job by real processes: gunicorn, worker, sandbox; a computer, and a phone without cookies."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.journey import staff as staff_steps
from tests.journey import story
from tests.journey.browser import Browser, Seen
from tests.journey.people import Person
from tests.journey.story import TOKEN
from tests.journey.talk import talk
from tests.journey.world import World

pytestmark = pytest.mark.journey

COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
FLIP_PHONE = "Mozilla/5.0 (Linux; Android 5.1; F-01J) AppleWebKit/537.36 Chrome/49 Mobile"
TARO = Person("taro", "たろう", (), shown="太郎")


@pytest.fixture(scope="module")
def told(world: World, photo: Path) -> tuple[World, Browser, Browser]:
    """The whole story, told once over plain HTTP; the tests below look at what it left."""
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    phone = Browser(world.site, keeps_cookies=False, agent=FLIP_PHONE)
    story.tell(computer, phone, world, photo)
    talk(phone, world)
    return world, computer, phone


def test_the_main_job_from_a_computer_to_a_post_on_mixi(
    told: tuple[World, Browser, Browser],
) -> None:
    world, _, _ = told
    received = world.received()
    assert any(d["title"] == story.NOTE_TITLE for d in received["diaries"])
    assert any(story.CAPTION in str(p) for p in [*received["photos"], *received["statuses"]])


def test_the_phone_was_offered_no_cookie_but_the_probe(
    told: tuple[World, Browser, Browser],
) -> None:
    _, _, phone = told
    assert [offered.partition("=")[0] for offered in phone.cookies_offered] == ["probe"]


def test_the_phone_took_four_requests_from_scan_to_home(world: World) -> None:
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    phone = Browser(world.site, keeps_cookies=False, agent=FLIP_PHONE)
    story.log_in_computer(computer, world, "taro")
    story.log_in_phone(computer, phone, TARO)
    assert phone.requests <= 4


def test_a_visitor_without_cookies_sees_one_set_cookie_the_probe(world: World) -> None:
    visitor = Browser(world.site, keeps_cookies=False, agent="Somebody/1.0")
    visitor.open("/login/")
    assert len(visitor.cookies_offered) == 1
    assert visitor.cookies_offered[0].startswith("probe=")
    assert TOKEN.search(visitor.page.path)
    visitor.follow("Sign up")
    assert len(visitor.cookies_offered) == 1


def test_staff_see_what_went_where_and_pause_a_network(
    told: tuple[World, Browser, Browser],
) -> None:
    world, _, phone = told
    staff = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    staff_steps.staff_look(staff, world)
    staff_steps.pause_and_go_on(staff, phone, world)


def test_every_page_under_a_token_keeps_it_and_sets_no_cookie(
    told: tuple[World, Browser, Browser],
) -> None:
    world, computer, phone = told
    offered_before = len(phone.cookies_offered)
    crawl(phone)
    assert phone.cookies_offered[offered_before:] == []
    for page in phone.pages:
        if page.url.startswith(world.site):
            check_addresses(page, world)
    for page in computer.pages:
        assert not TOKEN.search(page.html), page.url


def crawl(phone: Browser) -> None:
    """Open every page that is linked from home, and from those, and so on; one for each address."""
    story.home(phone)
    todo, seen = [phone.page], set()
    while todo:
        page = todo.pop(0)
        for link in page.links:
            leads_to = urlsplit(urljoin(page.url, link.href))
            address = f"{TOKEN.sub('', leads_to.path)}?{leads_to.query}"
            if not TOKEN.match(leads_to.path) or address in seen:
                continue
            seen.add(address)
            phone.page = page
            phone.follow_address(link.href)
            assert phone.page.status == 200, (phone.page.status, address)
            todo.append(phone.page)
    assert len(seen) > 50


def check_addresses(page: Seen, world: World) -> None:
    """Inside addresses carry the page's token; nothing that leads outside or is shared has one."""
    token = TOKEN.search(page.path)
    for address in [*(a.href for a in page.links), *(f.action for f in page.forms), *page.sources]:
        if address.startswith("data:"):
            assert not TOKEN.search(qr_text(address)), f"a QR picture on {page.url}"
        elif address.startswith("mailto:"):
            assert not TOKEN.search(unquote(address)), f"{address} on {page.url}"
        elif "://" in address:
            is_shared = address.startswith(f"{world.site}/@") and not TOKEN.search(address)
            assert is_shared or page.path.startswith("/out/"), f"outside {address} on {page.url}"
            assert not TOKEN.search(address), f"{address} on {page.url}"
        elif token and not address.startswith(("/out/", "/static/")):
            path = urlsplit(urljoin(page.url, address)).path
            assert TOKEN.match(path), f"{address} on {page.url} lost the token"
    shown = page.text.replace(world.site + "/s/", "!" * 40)
    assert "!" * 40 not in shown, f"{page.url} prints an address with a token"


def qr_text(address: str) -> str:
    image = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    return " ".join(found.text for found in zxingcpp.read_barcodes(image.convert("L")))


def test_feed_and_public_pages_carry_no_token_and_no_cookie(
    told: tuple[World, Browser, Browser],
) -> None:
    world, _, _ = told
    reader = Browser(world.site, keeps_cookies=False, agent="Feed reader/1.0")
    for path in ("/@hanako/", "/@hanako/feed.atom", "/posts/1/", "/", "/healthz", "/robots.txt"):
        page = reader.open(path)
        assert page.status in (200, 404), (path, page.status)
        assert not TOKEN.search(page.html), path
    assert reader.cookies_offered == []


def test_no_token_and_no_secret_is_in_logs_mails_rows_or_copies(
    told: tuple[World, Browser, Browser],
) -> None:
    """After a run with a 500 and its mail to staff, a CSRF 403 and a time-out."""
    world, _, phone = told
    have_accidents(world, phone)
    tokens = {found for page in phone.pages for found in TOKEN.findall(page.url)}
    assert len(tokens) > 2
    places = {
        "logs": world.logs(),
        "mails": "\n".join(world.mails()),
        "rows": world.dump(),
        "copies": str(world.received()),
    }
    assert "Internal Server Error" in places["mails"], "the 500 was not mailed to staff"
    assert "Forbidden" in places["logs"], "the CSRF 403 was not logged"
    secrets = [*world.network_secrets(), world.client_secret]
    assert len(secrets) > 5
    for place, text in places.items():
        for token in tokens:
            assert token not in text, f"a session token is in the {place}"
        for secret in secrets:
            assert secret not in text, f"a network's secret is in the {place}"


def have_accidents(world: World, phone: Browser) -> None:
    story.home(phone)
    friends = next(link.href for link in phone.page.links if "Friends" in link.text)
    with world.without_table("accounts_friendrequest"):
        phone.follow_address(friends)
        assert phone.page.status == 500
    phone.page = phone.pages[-2]
    forged = f"{phone.page.url}language/"
    assert phone.http.post(forged, data={"language": "en"}, timeout=10).status_code == 403
    world.fault(network="mixi", match="/2/people", times=1, kind="slow", seconds=25)
    story.home(phone)
    phone.follow("Links")
    phone.follow("ザキ")
    phone.follow("Your mixi friends")
    phone.press("Import the list again")


def test_sign_up_on_the_phone_and_confirm_the_mail(world: World) -> None:
    phone = Browser(world.site, keeps_cookies=False, agent=FLIP_PHONE)
    phone.open("/m/")
    phone.follow("Sign up")
    phone.fill("Username", "kenji")
    phone.fill("Email", "kenji@example.com")
    phone.fill("Password", "mitsumame-to-anko")
    phone.press("Sign up")
    story.sees(phone, "kenji")
    mail = next(m for m in world.mails() if "kenji@example.com" in m)
    assert not TOKEN.search(mail)
    address = re.search(rf"{re.escape(world.site)}\S+", mail)[0]
    phone.open(address)
    phone.press("Yes")
    story.sees(phone, "kenji@example.com")
    # A mail's address names no session, so the page that needs one probes, once.
    assert [offered.partition("=")[0] for offered in phone.cookies_offered] == ["probe"]
