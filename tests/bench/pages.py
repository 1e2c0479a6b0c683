"""What a page costs: `python -m tests.bench pages`.

The product by gunicorn as shipped (one worker), and beside it, on the same database, the stock page
(tests.bench.stock: Django's session, log-in and messages, ten posts by one query, one template) and a bare
view. The pages are fetched in turn, a few at a time, so that whatever else the machine does strikes all;
said are medians over the rounds:

- `web_ms`: processor time of the web worker for one request (Linux);
- `db_ms`: that of PostgreSQL's processes for this database, where it runs on this machine; SQLite's is in
  `web_ms`;
- `a_second`: requests a second, one after the other;
- `of_stock`: web_ms and db_ms together, as a multiple of the stock page's in the same round;
- `bytes`: of HTML.

`--against URL` (with `--cookie`) measures any other page in the same turns, by requests a second alone.
Prints a table and one line of JSON. On PostgreSQL with DATABASE_URL set.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.bench.processors import Database, cpu_seconds
from tests.drills import processes
from tests.journey.browser import Browser
from tests.migrated import own_database
from tests.ports import free_row

STOCK = "stock"
GOALS = {
    "home": 1.8,
    "profile": 2.3,
    "post": 2.0,
    "notices": 2.0,
    "friends": 2.0,
}  # of the stock page
WARM = 20  # requests before the first round
PHONE = "Mozilla/5.0 (Mobile; rv:48.0; A405DL) Gecko/48.0 Firefox/48.0 KAIOS/2.5"


@dataclass
class Figures:
    """What the rounds found of one page."""

    address: str
    server: int  # process, 0 for a site elsewhere
    cookie: str = ""
    size: int = 0
    web_ms: list[float] = field(default_factory=list)
    db_ms: list[float] = field(default_factory=list)
    a_second: list[float] = field(default_factory=list)

    def total_ms(self, number: int) -> float:
        return self.web_ms[number] + self.db_ms[number]


def measure(page: Figures, http: requests.Session, database: Database, count: int) -> None:
    """One turn: `count` requests."""
    headers = {"User-Agent": PHONE, **({"Cookie": page.cookie} if page.cookie else {})}
    web, rows, began = cpu_seconds(page.server or os.getpid()), database.seconds(), time.monotonic()
    for _ in range(count):
        answer = http.get(page.address, headers=headers, allow_redirects=False, timeout=60)
        assert answer.status_code == 200, f"{answer.status_code} of {page.address}"
    took = time.monotonic() - began
    page.size = len(answer.content)
    page.a_second.append(count / took)
    page.web_ms.append(1000 * (cpu_seconds(page.server or os.getpid()) - web) / count)
    page.db_ms.append(1000 * (database.seconds() - rows) / count)


def result_of(page: Figures, stock: Figures) -> dict[str, Any]:
    """The medians of one page."""
    said: dict[str, Any] = {
        "bytes": page.size,
        "a_second": round(statistics.median(page.a_second), 1),
    }
    if page.server:
        rounds = range(len(page.web_ms))
        said["web_ms"] = round(statistics.median(page.web_ms), 2)
        said["db_ms"] = round(statistics.median(page.db_ms), 2)
        said["of_stock"] = round(
            statistics.median(page.total_ms(n) / stock.total_ms(n) for n in rounds), 2
        )
    return said


def figures_table(found: dict[str, dict[str, Any]]) -> str:
    names = ("bytes", "web_ms", "db_ms", "a_second", "of_stock")
    lines = ["page".ljust(10) + "".join(name.rjust(10) for name in names) + "      goal"]
    for page, said in found.items():
        cells = "".join(str(said.get(name, "")).rjust(10) for name in names)
        lines.append(page.ljust(10) + cells + str(GOALS.get(page, "")).rjust(10))
    return "\n".join(lines)


@contextmanager
def stage() -> Iterator[tuple[dict[str, Figures], Database]]:
    """The two servers on one filled database, and the pages that are measured."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="profilelink-bench-")))
        url = held.enter_context(own_database(folder))
        port = free_row(2)
        env = _environment(folder, url, f"http://127.0.0.1:{port}")
        filled = json.loads(processes.run_to_end(["-m", "tests.bench.village"], env))
        web = [*_GUNICORN, "-c", "profilelink/deploy/gunicorn.py", "--bind", f"127.0.0.1:{port}"]
        stock = [*_GUNICORN, "--bind", f"127.0.0.1:{port + 1}", "--access-logfile", "-"]
        stock += ["--workers", "1", "--threads", "16"]
        stock_env = {**env, "DJANGO_SETTINGS_MODULE": "tests.bench.stock_settings"}
        ours = held.enter_context(processes.running_process(web, folder / "web.log", env))
        theirs = held.enter_context(
            processes.running_process(stock, folder / "stock.log", stock_env)
        )
        site, other = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
        for address in (f"{site}/healthz", f"{other}/bare/"):
            _until_it_answers(address, folder)
        home = _log_in(site, filled["password"])
        cookie = f"sessionid={filled['cookie']}"
        database = Database(url)
        held.callback(database.close)
        yield (
            {
                "bare": Figures(f"{other}/bare/", theirs.pid),
                STOCK: Figures(f"{other}/", theirs.pid, cookie),
                "home": Figures(home, ours.pid),
                "profile": Figures(f"{home}@{filled['friend']}/", ours.pid),
                "post": Figures(f"{home}posts/{filled['post']}/", ours.pid),
                "notices": Figures(f"{home}notices/", ours.pid),
                "friends": Figures(f"{home}friends/", ours.pid),
            },
            database,
        )


_GUNICORN = ["-m", "gunicorn", "profilelink.wsgi"]


def _environment(folder: Path, url: str, site: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "profilelink.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": "bench-only-secret-key-of-more-than-fifty-letters-in-a-row",
        "PIN_KEY": "bench-only-pin-key-of-enough-letters",
        "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "PUBLIC_URL": site,
        "EMAIL_URL": "memorymail://",
        "MEDIA_ROOT": str(folder / "media"),
        "WEB_WORKERS": "1",
        "LOG_LEVEL": "WARNING",
    }


def _until_it_answers(address: str, folder: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        with suppress(requests.ConnectionError, requests.Timeout):
            requests.get(address, timeout=60)
            return
        time.sleep(0.2)
    said = "\n".join(log.read_text()[-2000:] for log in folder.glob("*.log"))
    raise RuntimeError(f"{address} does not answer:\n{said}")


def _log_in(site: str, password: str) -> str:
    """Home's address with its token, as a phone without cookies has it."""
    phone = Browser(site, keeps_cookies=False, agent=PHONE)
    phone.open("/login/")
    phone.fill("Username or email", "hanako")
    phone.fill("Password", password)
    phone.press("Log in")
    path = urlsplit(phone.page.url).path
    assert path.startswith("/s/"), phone.page.text
    return f"{site}{path}"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench pages")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--requests", type=int, default=20, help="of each page in a round")
    parser.add_argument("--against", default="", help="the address of another site's page")
    parser.add_argument("--cookie", default="", help="for that page, as the header has it")
    options = parser.parse_args(arguments)
    with stage() as (pages, database), requests.Session() as http:
        if options.against:
            pages["against"] = Figures(options.against, 0, options.cookie)
        for page in pages.values():
            measure(page, http, database, WARM)
            page.web_ms, page.db_ms, page.a_second = [], [], []
        for _ in range(options.rounds):
            for page in pages.values():
                measure(page, http, database, options.requests)
    found = {name: result_of(page, pages[STOCK]) for name, page in pages.items()}
    sys.stdout.write(figures_table(found) + "\n")
    store = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    load = [round(each, 1) for each in os.getloadavg()]
    sys.stdout.write(
        json.dumps({"store": store, "cores": os.cpu_count(), "load": load, "pages": found}) + "\n"
    )
