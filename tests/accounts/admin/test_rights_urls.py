"""The rights matrix by enumeration: each role at each address of the URL conf below /admin/, read and pressed.

The addresses come from the URL conf, so a new page fails here until a table says whose it is. A press is an
empty POST: what the single presses send, and what they change, is in test_rights.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, get_resolver

from accounts.models import Member
from tests.accounts.admin.test_rights import ALL, LISTS, STAFF, M, O, S, only

pytestmark = pytest.mark.django_db

NOBODY: frozenset[str] = frozenset()
CHIEF = only()
# Django's own page of groups is the superuser's; all others have a page for what is changed, or none.
ADDED = {
    "accounts.Announcement": only(O),
    "auth.Group": CHIEF,
    "syndication.RetentionHold": only(M),
}
CHANGED = {
    "accounts.Announcement": only(O),
    "accounts.Member": CHIEF,
    "accounts.SitePage": only(O),
    "auth.Group": CHIEF,
    "syndication.ReportCase": only(M),
}
DELETED = {"auth.Group": CHIEF, "syndication.Comment": only(S), "syndication.Like": only(S)}
# Of no model, by name: who reads it, who presses on it.
OTHERS = {
    "index": (ALL, ALL),
    "adoption": (only(O), NOBODY),
    "adoption_file": (only(O), NOBODY),
    "login": (ALL, ALL),  # leads to the members' log-in, or to Today
    "logout": (NOBODY, ALL),
    "password_change": (ALL, ALL),  # leads to the members' page
    "password_change_done": (ALL, NOBODY),
    "jsi18n": (ALL, NOBODY),
    "autocomplete": (NOBODY, NOBODY),
    "view_on_site": (NOBODY, NOBODY),
    "app_list": (only(S, O), only(S, O)),
    "": (NOBODY, NOBODY),  # what is no page
    "member_lost_phone": (only(S), only(S)),
    "member_lost_factor": (only(S), only(S)),
    "member_lost_address": (only(S), only(S)),
    "member_recovery": (only(S), only(S)),
    "network_pause": (only(O), only(O)),
    # Presses alone: whoever may is led back by a GET.
    "network_resume": (only(O), only(O)),
    "hosthealth_probe": (only(O), only(O)),
    "delivery_retry_reason": (only(S, O), only(S, O)),
}
FIELDS = {"hosthealth_probe": {"host": "api.example"}}  # of a press that is about a row
FILLED = {"content_type_id": "1", "network": "mixi", "url": "nothing/here", "app_label": "accounts"}


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and address, with its placeholders, of each page below /admin/."""
    for part in (resolver or get_resolver()).url_patterns:
        address = prefix + str(part.pattern)
        if not isinstance(part, URLPattern):
            yield from patterns(part, address)
        elif address.startswith("admin/"):
            yield part.name or "", address


PATTERNS = list(patterns())
MODELS = {
    f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry
}
# The address of a row without a verb leads to its page, for all staff; the page asks.
IS_ROW = re.compile(r"admin/(\w+)/(\w+)/<path:object_id>/")


def filled(address: str, model: type[Model] | None) -> str:
    row = model._default_manager.first() if model else None
    kept = {"object_id": row.pk if row else 1, "pk": Member.objects.get(username="hanako").pk}
    kept |= FILLED
    place = address.replace("^", "").replace("$", "")
    return "/" + re.sub(
        r"<\w+:(\w+)>|\(\?P<(\w+)>[^)]*\)", lambda found: str(kept[found[1] or found[2]]), place
    )


def who_may(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Who reads the page, and who presses on it."""
    if name in OTHERS:
        return OTHERS[name]
    model_name, _line, verb = name.rpartition("_")
    label = MODELS[model_name]._meta.label
    return {
        "changelist": (LISTS[label], LISTS[label]),
        "history": (LISTS[label], LISTS[label]),
        "change": (LISTS[label], CHANGED.get(label, NOBODY)),
        "add": (ADDED.get(label, NOBODY),) * 2,
        "delete": (DELETED.get(label, NOBODY),) * 2,
    }[verb]


@pytest.mark.parametrize("part", ["", *MODELS])
def test_every_address_of_the_url_conf_answers_to_whom_the_tables_say(roles, part):
    """`part`: a model's pages; "" for those of none."""
    pages = [
        (name, address)
        for name, address in PATTERNS
        if not IS_ROW.fullmatch(address)
        and (name.rpartition("_")[0] if name.rpartition("_")[0] in MODELS else "") == part
    ]
    assert pages
    for name, address in pages:
        place = filled(address, MODELS.get(part))
        reads, presses = who_may(name)
        for role in STAFF:
            answers = {"get": reads, "post": presses}
            for method, allowed in answers.items():
                if name == "logout" and method == "post":
                    continue  # ends the session with which the others are asked
                given = FIELDS.get(name, {}) if method == "post" else {}
                status = getattr(roles[role], method)(place, given).status_code
                expected = (200, 302) if role in allowed else (403, 404, 405)
                assert status in expected, (name, place, role, method, status)
        for role in ("member", "visitor"):
            assert roles[role].get(place).status_code in (302, 403, 405), (name, role)
