"""Soak: members at browsers over real HTTP, while worker, PostgreSQL, Redis and network fail in turn.

    python -m tests.drills.soak --minutes 20 --members 200 --kill-every 60

PostgreSQL and Redis of its own (tests.drills.own_stores); the web by gunicorn as README has it, with its cache on
that Redis; `manage.py work`; the sandbox's Mastodon, which answers a share of requests badly. Meanwhile the whole
worker is killed by SIGKILL every `--kill-every` seconds, PostgreSQL is stopped twice for `--away` seconds (the
second time as in a crash), Redis is emptied once, and the network refuses connections twice. Answers on the
network are written to copies, and come back.

At the end all members stop, what is on its way settles (the engine's waits are divided by `--hurry`), and it is
counted, here and at the network: `missing_here` and `doubled_here` (posts, comments, likes that a member saw
accepted), `missing`, `doubled`, `left_behind` at the network, `wider` (a post for fewer readers that stands
there). `unexpected`: answers that were neither the page that was asked for nor one that says "try again". Of each
minute the memory of the web workers and of the worker; times of pages by kind, those that were told to try
again left out. One line of JSON; exit 1 where one of these is not 0, or the memory grows.
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from PIL import Image

from syndication.sandbox.mastodon.network import Mastodon
from tests.bench.processors import resident_megabytes
from tests.drills import processes
from tests.drills.counting import Written, copies_received, count_faults
from tests.drills.memory_group import MemoryGroup, memory_group
from tests.drills.ordered import Rows
from tests.drills.own_stores import OwnPostgreSQL, OwnRedis, own_stores
from tests.drills.soak_members import Record, SoakMember
from tests.drills.stage import Drill, drill_network, drill_stage
from tests.photographs import a_photo
from tests.ports import free_row

NETWORK = "mastodon"
BROWSERS = 8  # members at a time
NEVER = (
    "missing_here", "doubled_here", "unasked_here", "missing", "doubled", "left_behind", "wider", "unexpected",
    "no_answer",
)  # fmt: skip
GIVEN_UP = ("skipped", "cancelled", "failed")  # with the reason in the row
GROWTH = 1.10  # of the last third over the middle third


@dataclass
class Soak:
    drill: Drill
    rows: OwnPostgreSQL
    redis: OwnRedis
    site: str
    web: Any
    record: Record = field(default_factory=Record)
    memory: list[dict[str, Any]] = field(default_factory=list)
    events: Counter[str] = field(default_factory=Counter)
    group: MemoryGroup | None = None

    def start_worker(self) -> None:
        self.drill.start_worker()
        if self.group is not None and self.drill.worker is not None:
            self.group.take_in(self.drill.worker.pid)

    def look_at_group(self) -> None:
        if self.group is not None:
            self.group.look()

    def measure(self) -> None:
        workers = [resident_megabytes(pid) for pid in processes.children(self.web.pid)]
        worker = self.drill.worker
        self.memory.append(
            {
                "web": sorted(each["rss"] for each in workers),
                "web_pss": sorted(each["pss"] for each in workers),
                "work": resident_megabytes(worker.pid)["rss"] if worker else 0,
            }
        )

    def kill_worker(self) -> None:
        self.events["worker killed"] += 1
        self.drill.kill_worker()
        self.start_worker()

    def restart_rows(self) -> None:
        self.rows.stop("immediate" if self.events["PostgreSQL stopped"] else "fast")
        self.events["PostgreSQL stopped"] += 1
        time.sleep(self.drill.options.away)
        self.rows.start()
        if self.group is not None:
            self.group.take_in(self.rows.server_process())

    def flush_redis(self) -> None:
        self.redis.flush()
        self.events["Redis emptied"] += 1

    def refuse(self) -> None:
        self.drill.tell("/_refuse", seconds=self.drill.options.away)
        self.events["network away"] += 1

    def answer_on_the_network(self) -> None:
        """Somebody there answers a copy."""
        try:
            received = self.drill.look(f"/{NETWORK}/_received")["statuses"]
        except (requests.RequestException, ValueError):
            return
        standing = [each["id"] for each in received if not each["deleted"]]
        if standing:
            to = self.drill.random.choice(standing)
            order = {"network": NETWORK, "user": "taro", "to": to, "text": "いいね"}
            if self.drill.tell("/_reply", **order):
                self.events["answers there"] += 1


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the whole soak; return what it found."""
    folder = Path(tempfile.mkdtemp(prefix="profilelink-soak-"))
    began = time.monotonic()
    try:
        with ExitStack() as held:
            soak, rows = held.enter_context(_stage(options, folder))
            ended_at = _live(soak)
            found = _result(soak, rows)
            if has_fault(found) or options.keep:
                _keep(soak)
        return {
            **found,
            "seconds": round(time.monotonic() - began),
            "seconds_lived": round(ended_at),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _stage(options: argparse.Namespace, folder: Path) -> Iterator[tuple[Soak, Rows]]:
    with ExitStack() as outer, ExitStack() as held:
        database, server = held.enter_context(own_stores(folder))
        drill = held.enter_context(drill_stage(options))
        site = f"http://127.0.0.1:{free_row()}"
        drill.env |= {
            "PUBLIC_URL": site,
            "CACHE_URL": server.url(6),
            "TRUSTED_PROXY_COUNT": "1",
            "LOG_LEVEL": "WARNING",
            "ACCESS_LOG": str(drill.folder / "access.log"),
        }
        held.enter_context(drill_network(drill))
        rows = Rows(drill.env, "tests.drills.soak_rows")
        held.callback(rows.close)
        rows("seed", drill.network, NETWORK, options.members, options.seed)
        for number in range(3):
            order = {"network": NETWORK, "user": "taro", "visibility": "public"}
            assert drill.tell("/_friends_post", **order), number
        bind = site.removeprefix("http://")
        command = [
            "-m",
            "gunicorn",
            "profilelink.wsgi",
            "-c",
            "profilelink/deploy/gunicorn.py",
            "--bind",
            bind,
        ]
        web = held.enter_context(
            processes.running_process(command, drill.folder / "web.log", drill.env)
        )
        processes.logs_within(drill.folder / "web.log", "Booting worker", 90)
        soak = Soak(drill, database, server, site, web)
        if options.limit:
            soak.group = outer.enter_context(memory_group(options.limit))
            for pid in (web.pid, database.server_process()):
                soak.group.take_in(pid)
        soak.start_worker()
        held.callback(lambda: drill.worker and processes.stop_tree(drill.worker))
        yield soak, rows


def _live(soak: Soak) -> float:
    """Members and accidents side by side; the seconds that it took."""
    options = soak.drill.options
    photos = _photos(soak.drill.folder)
    waiting: queue.Queue[SoakMember] = queue.Queue()
    host, _, port = soak.drill.network.removeprefix("http://").partition(":")
    network = f"{host}:{int(port) + Mastodon.port_offset}"  # as members type it
    for place in range(options.members):
        dice = random.Random(f"{options.seed} {place}")
        waiting.put(SoakMember(place, soak.site, network, soak.record, dice, photos))
    threads = [threading.Thread(target=_act, args=(soak.record, waiting)) for _ in range(BROWSERS)]
    began = time.monotonic()
    for each in threads:
        each.start()
    try:
        _have_accidents(soak, began)
    finally:
        soak.record.is_over.set()
        for each in threads:
            each.join(timeout=300)
    return time.monotonic() - began


def _photos(folder: Path) -> dict[str, Path]:
    """A small photo, one of 12 megapixels as a camera makes it, and one that is refused for the memory it takes."""
    noise = Image.effect_noise((1000, 750), 90).resize((4000, 3000))
    found = {name: folder / name for name in ("small.jpg", "large.jpg", "bomb.webp")}
    found["small.jpg"].write_bytes(a_photo((1200, 900)))
    Image.merge("RGB", [noise, noise, noise]).save(found["large.jpg"], quality=90)
    Image.new("RGB", (8000, 6000), "teal").save(found["bomb.webp"], lossless=True)
    return found


def _act(record: Record, waiting: queue.Queue[SoakMember]) -> None:
    while not record.is_over.is_set():
        member = waiting.get()
        member.act()
        waiting.put(member)


def _have_accidents(soak: Soak, began: float) -> None:
    options = soak.drill.options
    length = 60 * options.minutes
    plan: list[tuple[float, Callable[[], None]]] = [
        (0.25 * length, soak.refuse),
        (0.35 * length, soak.restart_rows),
        (0.5 * length, soak.flush_redis),
        (0.65 * length, soak.restart_rows),
        (0.75 * length, soak.refuse),
        *((at, soak.kill_worker) for at in _every(options.kill_every, length)),
        *((at, soak.measure) for at in _every(min(60.0, length / 12), length)),
        *((at, soak.look_at_group) for at in _every(1.0, length)),
        *((at, soak.answer_on_the_network) for at in _every(5.0, length)),
        (length, soak.measure),
    ]
    for at, accident in sorted(plan, key=lambda one: one[0]):
        time.sleep(max(0.0, began + at - time.monotonic()))
        accident()


def _every(seconds: float, length: float) -> list[float]:
    return [
        seconds * number
        for number in range(1, int(length / seconds + 1))
        if seconds * number < length
    ]


def _result(soak: Soak, rows: Rows) -> dict[str, Any]:
    options, record = soak.drill.options, soak.record
    end = time.monotonic() + options.within
    while (left := rows("mind")) and time.monotonic() < end:
        time.sleep(1)
    here = rows("counts")
    received = copies_received(soak.drill.look(f"/{NETWORK}/_received"), ["statuses"])
    # A reply that its row says was given up (what it answers is gone, for one) is reported, and not missing.
    given_up = {mark: row for mark, row in here["replies_sent"].items() if row[0] in GIVEN_UP}
    for post in record.posts:
        post.is_loose |= post.mark in given_up
    loose = {post.mark for post in record.posts if post.is_loose}
    ours = {post.mark for post in record.posts if post.is_public}
    written = [
        Written(post.member, post.mark, is_deleted=post.is_deleted or post.is_narrowed)
        for post in record.posts
        if post.is_public and not post.is_loose
    ]
    strict = [copy for copy in received if copy.words in ours - loose]
    of_loose = Counter(copy.words for copy in received if copy.words in loose)
    faults = count_faults(written, strict)
    faults.pop("stale")
    faults["doubled"] += sum(count - 1 for count in of_loose.values())
    private = {post.mark for post in record.posts if not post.is_public}
    return {
        **faults,
        "wider": sum(copy.words in private for copy in received),
        **_counted_here(record, here),
        "unexpected": len(record.unexpected),
        "unexpected_first": record.unexpected[:5],
        "no_answer": record.no_answer.total(),
        "no_answer_of": dict(record.no_answer),
        "told": record.told.total(),
        "told_of": dict(record.told),
        "left_on_the_way": left,
        "done": dict(record.done),
        "events": dict(soak.events),
        "accepted": Counter(post.kind for post in record.posts),
        "comments": len(record.comments),
        "likes": len(record.likes),
        "counted_at_network": len(written),
        "replies_given_up": given_up,
        "answers_back": len(here["replies"]),
        "states": here["states"],
        "bad_answers": soak.drill.look("/_thrown")["faults"],
        "memory": soak.memory,
        "growth": growth_of(soak.memory),
        "pages": sum(map(len, record.times.values())),
        "times": times_table(record.times),
        "group": soak.group.result() if soak.group else {},
        "members": options.members,
        "seed": options.seed,
        "hurry": options.hurry,
    }


def _counted_here(record: Record, here: dict[str, Any]) -> dict[str, int]:
    """What members saw accepted, beside the rows. A post whose acceptance was not seen may stand, once."""
    posts = {post.mark: post for post in record.posts if post.kind != "reply"}
    known = Counter(here["posts"]) + Counter(here["comments"])
    # The words of a deleted post go, too.
    accepted = [*(mark for mark, post in posts.items() if not post.is_deleted), *record.comments]
    standing = set(here["standing"])
    lost = sum(known[mark] == 0 for mark in accepted)
    lost += sum(
        known[mark] > 0 and not post.is_deleted and mark not in standing
        for mark, post in posts.items()
    )
    lost += len(record.likes - set(here["likes"]))
    return {
        "missing_here": lost,
        "doubled_here": sum(count > 1 for mark, count in known.items() if "その" in mark),
        "unasked_here": sum(post.is_deleted and mark in standing for mark, post in posts.items()),
    }


def growth_of(memory: list[dict[str, Any]]) -> float:
    """The web workers' memory in the last third, as a multiple of the middle third's."""
    means = [statistics.mean(each["web"]) for each in memory if each["web"]]
    third = len(means) // 3
    if not third:
        return 0.0
    return round(statistics.mean(means[-third:]) / statistics.mean(means[third:-third]), 3)


def times_table(times: dict[str, list[float]]) -> dict[str, list[float]]:
    """Milliseconds by kind of page: how many, p50, p95, p99."""
    found = {}
    for kind, seconds in sorted(times.items(), key=lambda one: -len(one[1])):
        ranked = sorted(1000 * each for each in seconds)
        at = [ranked[min(len(ranked) - 1, int(share * len(ranked)))] for share in (0.5, 0.95, 0.99)]
        found[kind] = [len(ranked), *map(round, at)]
    return found


def has_fault(found: dict[str, Any]) -> bool:
    return (
        any(found[name] for name in NEVER)
        or found["growth"] > GROWTH
        or bool(found["left_on_the_way"])
    )


def _keep(soak: Soak) -> None:
    kept = Path(tempfile.mkdtemp(prefix="profilelink-soak-kept-"))
    (kept / "unexpected.txt").write_text("\n\n".join(soak.record.unexpected))
    (kept / "received.json").write_text(
        json.dumps(soak.drill.look(f"/{NETWORK}/_received"), indent=1, ensure_ascii=False)
    )
    (kept / "posts.json").write_text(
        json.dumps([vars(post) for post in soak.record.posts], indent=1, ensure_ascii=False)
    )
    for path in soak.drill.folder.glob("*.log"):
        shutil.copy(path, kept)
    sys.stderr.write(f"kept in {kept}\n")


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.drills.soak")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--members", type=int, default=20)
    parser.add_argument("--kill-every", type=float, default=60.0, help="seconds")
    parser.add_argument(
        "--away", type=float, default=8.0, help="seconds that PostgreSQL and the network are away"
    )
    parser.add_argument(
        "--bad", type=float, default=0.02, help="share of the network's requests answered badly"
    )
    parser.add_argument("--hurry", type=float, default=5.0, help="divides every wait of the engine")
    parser.add_argument(
        "--within", type=float, default=600.0, help="seconds for what is on its way at the end"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument(
        "--limit", type=int, default=0, help="MB for web, worker and PostgreSQL together; 0: none"
    )
    parser.add_argument("--keep", action="store_true", help="keep logs to look at")
    options = parser.parse_args(arguments)
    options.engine, options.guard, options.links = "postgresql+redis", "on", options.members
    return options


def main() -> None:
    found = run(parse_arguments())
    times = found.pop("times")
    for kind, figures in times.items():
        sys.stdout.write(kind.ljust(44) + "".join(str(each).rjust(8) for each in figures) + "\n")
    sys.stdout.write(json.dumps({**found, "times": times}, ensure_ascii=False) + "\n")
    raise SystemExit(int(has_fault(found)))


if __name__ == "__main__":
    main()
