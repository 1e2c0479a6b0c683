"""Sessions that were opened by Django's authentication backend outlive its end."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.urlsession.backend import SessionStore
from accounts.urlsession.models import Session
from tests.making import make_member
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of

pytestmark = pytest.mark.django_db

migration = import_module("accounts.migrations.0010_sessions_of_one_backend")


def test_a_session_of_before_goes_on_in_an_address_and_in_a_cookie() -> None:
    hanako = make_member("hanako")
    phone, client = log_in_phone(hanako), computer(hanako)
    PhoneClient().get("/m/")  # nobody's
    for browser in (phone, client):
        store = SessionStore(session_key_of(browser))
        data = {**store.load(), BACKEND_SESSION_KEY: migration.OLD}
        Session.objects.filter(pk=store.session_key).update(session_data=store.encode(data))
    assert client.get(reverse("security")).status_code == 302
    migration.rename_backend(apps, connection.schema_editor())
    assert client.get(reverse("security")).status_code == 200
    assert "hanako" in phone.get(reverse("security"))


def test_an_ended_session_stays_as_it_is() -> None:
    key = session_key_of(log_in_phone(make_member("hanako")))
    store = SessionStore(key)
    ended = store.encode({**store.load(), BACKEND_SESSION_KEY: migration.OLD})
    Session.objects.filter(pk=key).update(session_data=ended, expire_date=timezone.now())
    migration.rename_backend(apps, connection.schema_editor())
    assert Session.objects.get(pk=key).session_data == ended
