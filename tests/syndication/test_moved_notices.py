"""The notices of links moved into the table of all notices: nothing open is lost, there and back."""

from __future__ import annotations

import importlib

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.models import Notice
from syndication.delivery import planning
from syndication.models import Delivery
from tests.making import make_link, make_member, make_post
from tests.noticing import the_notice
from tests.syndication.old_notices import MOVE, old_notices

pytestmark = pytest.mark.django_db


def test_open_notices_move_there_and_back():
    migration = importlib.import_module(MOVE)
    hanako = make_member("hanako")
    link, post = make_link(hanako), make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(remote_url="http://mixi.jp/1")
    day = post.created_at.isoformat()
    params = {
        "parked": {"hint": "tick_always"},
        "unconfirmed": {},
        f"still_out_there {post.pk}": {"day": day, "address": "http://mixi.jp/1"},
        "undelivered refused": {"day": day, "reason": "refused", "count": 3},
    }
    with old_notices() as old_apps:
        rows = old_apps.get_model("syndication", "Notice").objects
        for incident, given in params.items():
            rows.create(member_id=hanako.pk, link_id=link.pk, incident=incident, params=given)
        rows.create(member_id=hanako.pk, link_id=None, incident="mail_drafts_expire", params={})
        rows.create(
            member_id=hanako.pk, link_id=link.pk, incident="scope", closed_at=timezone.now()
        )
        was = list(rows.filter(closed_at=None).order_by("incident").values())
        migration.move(old_apps, None)
        assert Notice.objects.count() == 5
        assert "http://mixi.jp/1" in the_notice(code="still_out_there").in_words
        assert "3 of your posts" in the_notice(code="undelivered").in_words
        assert "after six hours" in the_notice(code="parked").in_words
        assert "waited for weeks" in the_notice(code="mail_drafts_expire").in_words
        rows.all().delete()
        migration.move_back(old_apps, None)
        assert not Notice.objects.exists()
        now = list(rows.order_by("incident").values())
        for row in (*was, *now):
            row.pop("id")
        assert now == was


def test_the_old_table_left_nothing():
    assert not ContentType.objects.filter(app_label="syndication", model="notice").exists()
