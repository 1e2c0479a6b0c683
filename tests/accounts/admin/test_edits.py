"""What staff see of an edit: that it is one, how far it is, which words went; not the words."""

from __future__ import annotations

import pytest
from django.utils import timezone

from syndication.actions import posts
from syndication.models import Attempt, Delivery
from tests.accounts.admin.rows import address

pytestmark = pytest.mark.django_db


def test_staff_see_an_edit_and_which_words_went(support, hanako):
    copy = Delivery.objects.get(audience="friends")
    Delivery.objects.filter(pk=copy.pk).update(state="sent", sent_at=timezone.now())
    posts.edit_post(copy.post, {"text": "PRIVATE-TEXT, changed"}, by=hanako)
    edit = Delivery.objects.get(operation="edit")
    Attempt.objects.create(
        delivery=edit, number=1, doing="edit", version=2, started_at=timezone.now()
    )
    listed = support.get(
        address(Delivery, "changelist"), {"operation__exact": "edit"}
    ).content.decode()
    assert listed.count('class="field-operation">edit<') == 1
    shown = support.get(address(Delivery, "change", edit.pk)).content.decode()
    assert '<td class="field-what"><p>editing</p>' in shown.replace("\n", "").replace("  ", "")
    assert '<td class="field-version"><p>2</p>' in shown.replace("\n", "").replace("  ", "")
    assert "PRIVATE-TEXT" not in shown
