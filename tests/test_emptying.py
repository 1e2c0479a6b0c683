"""What a test committed is gone afterwards, and what `migrate` made is there."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db.models import Model
from django.test import TransactionTestCase

from accounts.models import SitePage
from profilelink.staff_groups import GROUPS
from tests.emptying import STAYING, empty_tables, tables_in_use
from tests.making import make_comment, make_group, make_link, make_member, make_post

pytestmark = pytest.mark.django_db(transaction=True)


def models_with_rows() -> set[type[Model]]:
    return {model for model in apps.get_models(include_auto_created=True) if model.objects.exists()}


def test_rows_that_were_committed_are_gone() -> None:
    before = models_with_rows()
    hanako, taro = make_member("hanako"), make_member("taro")
    make_group(hanako, taro)
    make_link(hanako)
    make_comment(make_post(author=hanako), taro)
    assert len(models_with_rows()) > len(before) + 5
    empty_tables()
    assert models_with_rows() == before
    assert {model._meta.db_table for model in before} == set(STAYING)


def test_what_a_test_changed_of_what_stays_is_made_anew() -> None:
    Group.objects.all().delete()
    Group.objects.create(name="Choir")
    pages = SitePage.objects.count()
    SitePage.objects.all().delete()
    make_member()
    TransactionTestCase("run")._fixture_teardown()
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
    assert SitePage.objects.count() == pages > 0
    assert tables_in_use() == []


def test_flush_makes_rows_in_no_other_table_than_those_that_stay() -> None:
    """Whoever lets `migrate` make rows in another one adds it to STAYING."""
    make_member()
    call_command("flush", interactive=False, verbosity=0)
    assert tables_in_use() == []
