"""Fuzz one harness, or all in turn, for some minutes each: guided by coverage, an input kept for each find."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any
from zlib import crc32

import atheris
import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from tests.fuzz.harnesses import HARNESSES, seeds  # noqa: E402
from tests.fuzz.limits import check, place, stretched  # noqa: E402

HERE = Path(__file__).parent
SLOWER = 4.0  # with the coverage counted, and beside other work
EVERY = 40  # one input of so many is stretched to 100 KB as well
# What is guided by. atheris.instrument_imports() knows whole packages only, and takes minutes for ours.
COUNTED = (
    "profilelink.phone.",
    "profilelink.mail.",
    "syndication.connectors.text.",
    "accounts.text_sanitizing",
)
COUNTED += ("accounts.visible_text", "syndication.queries.excerpts", "syndication.models.feed_text")
COUNTED += ("justhtml.parser.", "django.http.multipartparser", "django.http.request")


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("harness", choices=[*HARNESSES, "all"])
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--work", type=Path, help="what the fuzzer learned, to go on from")
    asked = options.parse_args()
    for name, module in list(sys.modules.items()):
        if name.startswith(COUNTED):
            _count_coverage(module)
    work = asked.work or Path(tempfile.mkdtemp(prefix="fuzz-"))
    for name in HARNESSES if asked.harness == "all" else [asked.harness]:
        pid = os.fork()  # libFuzzer ends its process
        if not pid:
            fuzz(name, asked.minutes, work / name)
        os.waitpid(pid, 0)


def fuzz(name: str, minutes: float, work: Path) -> None:
    """Does not return."""
    corpus = HERE / "corpus" / name
    known, learned = work / "seeds", work / "learned"
    for folder in (corpus, known, learned):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds(name):
        (known / f"{crc32(seed):08x}").write_bytes(seed)
    found: set[str] = set()

    def one(data: bytes) -> None:
        try:
            check(HARNESSES[name], data, slack=SLOWER)
            if crc32(data) % EVERY == 0:
                data = stretched(data)
                check(HARNESSES[name], data, slack=SLOWER)
        except Exception as error:
            where = place(error)
            if where not in found:
                found.add(where)
                kept = corpus / f"{crc32(where.encode()):08x}"
                kept.write_bytes(data)
                print(f"FOUND by {name}: {where}: {error!r:.300} -> {kept.name}", flush=True)

    arguments = [f"-max_total_time={int(minutes * 60)}", "-timeout=120", "-rss_limit_mb=1500"]
    arguments += ["-max_len=6000", "-print_final_stats=1", f"-artifact_prefix={work}/"]
    atheris.Setup([sys.argv[0], *arguments, str(learned), str(known)], one)
    atheris.Fuzz()


def _count_coverage(module: ModuleType) -> None:
    holders: list[Any] = [module]
    holders += [each for each in vars(module).values() if inspect.isclass(each)]
    for holder in holders:
        for each in vars(holder).values():
            function = each.fget if isinstance(each, property) else inspect.unwrap(each)
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                atheris.instrument_func(function)


if __name__ == "__main__":
    main()
