"""A model that gets another name takes its permissions along, so nobody on the staff loses one."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.migrations import RunPython

from accounts.models import LinkAttempt
from accounts.models.model_rename import rename_model
from tests.making import make_member

pytestmark = pytest.mark.django_db


def test_who_had_a_permission_has_it_under_the_new_name() -> None:
    hanako = make_member("hanako")
    held = Permission.objects.get(
        content_type=ContentType.objects.get_for_model(LinkAttempt), codename="view_linkattempt"
    )
    Permission.objects.filter(pk=held.pk).update(
        codename="view_linkreturn", name="Can view link return"
    )
    hanako.user_permissions.add(held)
    operation = rename_model("accounts", "LinkReturn", "LinkAttempt")[-1]
    assert isinstance(operation, RunPython)

    operation.code(apps, None)  # type: ignore[arg-type]

    assert [each.codename for each in hanako.user_permissions.all()] == ["view_linkattempt"]
    assert operation.reverse_code is not None
    operation.reverse_code(apps, None)  # type: ignore[arg-type]
    assert [each.codename for each in hanako.user_permissions.all()] == ["view_linkreturn"]
