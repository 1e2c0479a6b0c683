"""The people of a restored site, as a process: `python -m tests.drills.restored_members <address> …`.

They look at the network where they are asked, and link again, until nothing is on its way any more; then
they print their posts. With `--list` they only print them: what stood on a site that was lost.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import asdict

import django

django.setup()

from accounts.models import Member, Notice  # noqa: E402
from syndication.models import Delivery, DeliveryState, Post  # noqa: E402
from tests.drills.counting import Written  # noqa: E402
from tests.drills.members import DrillMembers, _rest  # noqa: E402


def posts_here() -> list[dict[str, object]]:
    """Every post by its mark, which a deleted one has lost with its words, and how often it was delivered."""
    found = []
    for post in Post.objects.select_related("author").order_by("pk"):
        number = post.form_key.removeprefix("drill-")
        words = (
            f"https://example.org/{number}" if post.kind == "link" else f"{post.kind} その{number}"
        )
        written = Written(
            user=post.author.username,
            words=words,
            is_deleted=post.deleted_at is not None,
            is_told=Notice.objects.filter(key=f"still_out_there {post.pk}").exists(),
            kind=post.kind,
        )
        states = Delivery.objects.filter(post=post, operation="publish").values_list(
            "state", flat=True
        )
        found.append({**asdict(written), "states": list(states)})
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--network", default="mixi")
    parser.add_argument("--within", type=float, default=240.0)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    people = DrillMembers(options.address, options.network, random.Random(1))
    people.members = {one.username: one for one in Member.objects.filter(is_active=True)}
    end = time.monotonic() + (0 if options.list else options.within)
    while time.monotonic() < end and _rest().exists():
        people.mind()
        time.sleep(0.5)
    unconfirmed = Delivery.objects.filter(state=DeliveryState.UNCONFIRMED).count()
    told = {"posts": posts_here(), "is_over": not _rest().exists(), "unconfirmed": unconfirmed}
    print(json.dumps({**told, "pressed": dict(people.pressed)}))


if __name__ == "__main__":
    main()
