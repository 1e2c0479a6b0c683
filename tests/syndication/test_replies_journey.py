"""From a friend's answer on a network to a phone without cookies, on every network that tells answers."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from accounts.models import Notice
from syndication.connectors import CONNECTORS
from syndication.models import CopyActivity, LinkImport, RemoteReply
from syndication.worker.import_worker import ImportWorker
from tests.mailing import send_mails, want_mails
from tests.making import make_member
from tests.phone import log_in_phone
from tests.syndication.delivering import planned, tried
from tests.syndication.networks import ON_THE_SANDBOX, linked_on

pytestmark = pytest.mark.django_db(transaction=True)

SAID = "土曜なら行けます"


def silent_networks() -> set[str]:
    """Those that tell no answers to a status."""
    return {key for key in ON_THE_SANDBOX if "status" not in CONNECTORS[key].brings_replies}


def import_by_worker() -> None:
    """As the import worker does, the first look of each copy having come."""
    now = timezone.now()
    CopyActivity.objects.update(due_at=now)
    LinkImport.objects.filter(kind="replies").update(due_at=now)
    LinkImport.objects.exclude(kind="replies").update(due_at=None)
    worker = ImportWorker()
    worker.fill()
    worker.wait()


@pytest.mark.parametrize("key", sorted(ON_THE_SANDBOX))
def test_an_answer_comes_to_the_page_the_mail_and_the_phone(sandbox, mailoutbox, key) -> None:
    net = ON_THE_SANDBOX[key](sandbox)
    hanako = make_member("hanako", language="ja")
    want_mails(hanako)
    link = linked_on(net, hanako)
    copy = tried(planned(link, "駅の前で"))
    assert copy.state == "sent", copy.reason
    if key in silent_networks():
        assert not CopyActivity.objects.exists()
        page = log_in_phone(hanako).get(f"/links/{key}/{link.pk}/")
        assert f"No replies and no likes come back from {link.network_name}" in page.text
        return
    net.answer(copy.remote_id, SAID)
    import_by_worker()
    import_by_worker()
    [reply] = RemoteReply.objects.all()
    assert SAID in reply.text
    assert reply.author_name
    assert Notice.objects.filter(code="network_reply").count() == 1
    assert send_mails() == 1
    body = mailoutbox[0].body
    assert reply.author_name in body
    assert link.network_name in body
    assert SAID not in body
    assert "駅の前で" not in body
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    path = re.search(r"https?://[^/]+(/\S+)", body)
    assert path
    page = phone.get(path[1])
    assert SAID in page.text
    assert f"{link.network_name}: 返信1件" in page.text


def test_nobody_likes_where_nothing_is_told_and_elsewhere_it_comes(sandbox) -> None:
    hanako = make_member("hanako")
    liked = 0
    for key, network in ON_THE_SANDBOX.items():
        if "status" not in CONNECTORS[key].brings_likes:
            continue
        net = network(sandbox)
        link = linked_on(net, hanako)
        copy = tried(planned(link, f"駅の前で {key}"))
        net.like(copy.remote_id)
        import_by_worker()
        activity = CopyActivity.objects.get(delivery=copy)
        assert activity.likes == 1, key
        assert copy.remote_likes.get().name, key
        liked += 1
    assert liked
    assert log_in_phone(hanako).get("/notices/").text.count("likes your post") == liked
