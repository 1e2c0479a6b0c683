"""Who goes through journey.py: a member with a phone and a computer, and what mixi has of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.test import Client

from accounts.models import Member
from syndication.delivery import attempt
from syndication.models import Delivery, DeliveryState, Link
from tests.page import Page
from tests.phone import computer
from tests.profilelink.phone.gateway import DeviceClient
from tests.sandbox_server import TestSandbox


@dataclass
class Journey:
    """One member, the phone, the computer beside it and the networks; `by_mail` how a photo went."""

    phone: DeviceClient
    desk: Client
    member: Member
    sandbox: TestSandbox
    photo: Path
    by_mail: bool = False

    # --- what stands where -----------------------------------------------------------------
    @property
    def statuses(self) -> dict[str, bool]:
        """What mixi has of the member's, by text: whether it still stands."""
        return {
            one.text: not one.is_deleted for one in self.sandbox.mixi.statuses if self._mine(one)
        }

    @property
    def link(self) -> Link:
        return Link.objects.get(member=self.member)

    @property
    def diaries(self) -> dict[str, Any]:
        return {one.title: one for one in self.sandbox.mixi.diaries if self._mine(one)}

    def _mine(self, entry: Any) -> bool:
        owner = self.sandbox.mixi.account(self.member.username).id
        return entry.owner == owner and not entry.is_seeded

    def read(self, text: str) -> str:
        """A text as it comes back from this phone: its wave dash is a full-width tilde."""
        return text if self.phone.device.carrier is None else text.replace("〜", "～")

    def sees(self, *words: str) -> None:
        assert self.phone.page is not None
        for word in words:
            assert self.read(word) in self.phone.page, f"{word!r} not in {self.phone.page.text}"

    def home(self) -> Page:
        return self.phone.follow("0 Home")

    def work(self) -> None:
        """What the worker does when it wakes up, each delivery in a second of its own."""
        waiting = Delivery.objects.filter(state=DeliveryState.WAITING).order_by("pk")
        for pk in list(waiting.values_list("pk", flat=True)):
            assert attempt.attempt_delivery(pk)
            Link.objects.filter(sending_by="").update(sending_until=None)
            self.sandbox.clock.advance(1)


def begin(phone: DeviceClient, member: Member, sandbox: TestSandbox, photo: Path) -> Journey:
    return Journey(phone, computer(member), member, sandbox, photo)
