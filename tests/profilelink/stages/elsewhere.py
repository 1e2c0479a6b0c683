"""Pages of linking and leaving, and of what went wrong."""

from __future__ import annotations

import re

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.urlsession.models import OutTicket, Session
from accounts.urlsession.outbound import outbound_path, store_out_tickets
from syndication.connectors import reasons
from syndication.delivery import planning
from syndication.models import Delivery, DeliveryState, Link, LinkState
from tests.accounts.away import Away
from tests.making import PASSWORD, make_group, make_link, make_member, make_post
from tests.profilelink.stages.visit import Scene, Visit


def linking(visit: Visit) -> Scene:
    member = make_member("zaki", display_name="ザキ")
    phone = visit.phone(member)
    phone.get(reverse("link_list"))
    yield "links none", phone
    phone.get("/links/mixi/")
    number = re.search(r"<b>(\d{4})</b>", phone.page.html)[1]
    phone.submit(visit.say("Go to %(name)s") % {"name": "mixi"})
    yield "out to mixi", phone
    away = Away(phone.page.links[0].href, number)
    phone.get(away.agree("taro"), bare=True)
    yield "link return", phone
    visit.press(phone, "Continue", number="0000" if number != "0000" else "1111")
    yield "link return wrong", phone
    visit.press(phone, "Continue", number=number)
    yield "link confirm", phone
    visit.press(phone, "Link")
    yield "link linked", phone
    phone.get(reverse("link_profile", args=["mixi", Link.objects.get(member=member).pk]))
    yield "link_profile not read", phone
    phone.get("/accounts/mixi/login/callback/?code=x&state=y", bare=True)
    yield "link over", phone
    Link.objects.filter(member=member).delete()
    parked = make_link(make_member("park"), name="パーク")
    parked.state, parked.parked_reason = LinkState.PARKED, reasons.ACCESS_GONE
    parked.save()
    phone = visit.phone(parked.member)
    for name in ("link_detail", "link_friends", "link_end"):
        phone.get(reverse(name, args=["mixi", parked.pk]))
        yield f"{name} parked", phone
    phone.get(reverse("link_list"))
    yield "links parked", phone


def networks(visit: Visit) -> Scene:
    """Each network's own page: some ask for a server, some for a name."""
    phone = visit.phone(make_member("tabi"))
    for key in settings.NETWORKS:
        phone.get(reverse("link_start", args=[key]))
        if phone.page is not None and phone.page.status == 200:
            yield f"link_start of {key}", phone


def closing(visit: Visit) -> Scene:
    """An account with copies, some of which stay, and with a group that others are in."""
    member = make_member("mizuki")
    make_group(member, visit.hanako)
    link = make_link(member, name="みずき")
    for kind in ("status", "status", "note"):
        planning.plan_deliveries(make_post(author=member, kind=kind))
    now = timezone.now()
    Delivery.objects.filter(link=link).update(state=DeliveryState.SENT, sent_at=now, due_at=None)
    phone = visit.phone(member)
    phone.get(reverse("account_close"))
    visit.press(phone, "Continue", password=PASSWORD)
    yield "account close", phone
    visit.press(phone, "Close it for good")
    yield "account closed by its member", phone


def errors(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    phone.get("/no-such-page/")
    yield "404", phone
    phone.post(reverse("group_new"), {"name": "花見"})
    yield "403 csrf", phone
    OutTicket.objects.all().delete()
    phone.get("/out/" + "A" * 22)
    yield "out over", phone
    path = outbound_path("https://example.org/baking?q=1")
    store_out_tickets({path.removeprefix("/out/"): "https://example.org/baking?q=1"})
    phone.get(path)
    yield "out", phone
    late = visit.phone(visit.hanako)
    late.get(reverse("post_new"))
    Session.objects.all().delete()
    visit.press(late, "Preview", text="駅前の花屋が開いた")
    yield "session ended", late
