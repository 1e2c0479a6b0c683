"""What a delivery costs the processor: composing SQL was two thirds of it, so none is left to compose."""

from __future__ import annotations

import pytest
from django.db.models.sql.compiler import SQLCompiler

from syndication.models import DeliveryState
from tests.syndication.delivering import linked, planned, tried

pytestmark = pytest.mark.django_db


def test_a_post_that_arrives_composes_no_select(sandbox, monkeypatch):
    link = linked(sandbox)
    tried(planned(link, "一つ目"))  # composes what is kept from then on
    row = planned(link, "二つ目")
    composed = []
    compose = SQLCompiler.as_sql

    def noted(self, *args, **kwargs):
        composed.append(self.query.model.__name__)
        return compose(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", noted)
    claimed = tried(row)
    assert claimed.state == DeliveryState.SENT
    of_delivery = [name for name in composed if name != "Heartbeat"]  # one each few seconds
    assert of_delivery == ["Delivery"], "the test's own refresh_from_db"
