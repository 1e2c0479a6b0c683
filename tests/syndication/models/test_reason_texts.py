"""Reasons are codes in rows; each has one sentence, said in the language of whoever reads it."""

import importlib
import json
import pkgutil

import pytest
from django.apps import apps
from django.core import mail as mailbox
from django.utils import timezone, translation
from django.utils.formats import date_format

import syndication
from syndication.actions import post_addresses
from syndication.connectors import reasons
from syndication.connectors.reasons import Reason
from syndication.delivery import planning, reauthorization
from syndication.export.parts import FILES
from syndication.export.reading import row_chunks
from syndication.models import Attempt, Delivery, Link, PostAddress
from syndication.models.link_notice_texts import NOTICES, SUBJECTS
from syndication.models.reason_texts import SENTENCES, sentence
from tests.mailing import send_mails
from tests.making import make_link, make_member, make_post
from tests.noticing import the_notice
from tests.phone import log_in_phone
from tests.syndication.old_notices import MOVE, old_notices

ENGLISH = "The network refused this."
STORED = "It refused this."  # as the migration to codes knows it
JAPANESE = "受け付けられませんでした。"


@pytest.fixture
def hanako(db):
    return make_member("hanako")


@pytest.fixture
def delivery(hanako):
    make_link(hanako)
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state="failed", reason=reasons.REFUSED, due_at=None)
    Attempt.objects.create(
        delivery=Delivery.objects.get(), number=1, doing="publish", started_at=timezone.now(),
        outcome="rejected", reason=reasons.REFUSED, excerpt="<b>raw</b>",
    )  # fmt: skip
    return Delivery.objects.get()


def codes_in_the_code() -> dict[str, str]:
    """Each code, with the constant that names it."""
    found = {}
    for module in pkgutil.walk_packages(syndication.__path__, "syndication."):
        if ".migrations" in module.name or ".sandbox" in module.name:
            continue
        named = vars(importlib.import_module(module.name))
        for name, value in named.items():
            for one in value.values() if isinstance(value, dict) else (value,):
                if type(one) is Reason:
                    found[str(one)] = f"{module.name}.{name}"
    return found


def test_every_reason_has_a_sentence_and_every_sentence_a_reason():
    codes = codes_in_the_code()
    assert len(codes) > 60
    assert {code: name for code, name in codes.items() if code not in SENTENCES} == {}
    assert set(SENTENCES) - set(codes) == set()
    with translation.override("en"):
        assert [text for text in map(sentence, SENTENCES) if not text.endswith(".")] == []
        assert len({sentence(code) for code in SENTENCES}) == len(SENTENCES)


def test_the_mail_of_every_notice_has_a_subject_of_its_own():
    codes = {code.removesuffix("_many") for code in NOTICES}
    assert set(SUBJECTS) == codes
    assert len({str(subject) for subject in SUBJECTS.values()}) == len(codes)


def test_a_stored_reason_follows_the_language_of_who_reads(hanako, delivery):
    for language, said, other in [("ja", JAPANESE, ENGLISH), ("en", ENGLISH, JAPANESE)]:
        phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
        for page in ("/deliveries/", f"/posts/{delivery.post_id}/deliveries/"):
            shown = phone.get(page)
            assert said in shown
            assert other not in shown


def test_text_that_is_no_code_is_shown_as_it_is():
    assert sentence("Ask 100% of them.", {"count": 1}) == "Ask 100% of them."
    assert sentence("") == ""


def test_the_file_of_a_member_says_sentences(hanako, delivery):
    Link.objects.update(parked_reason=reasons.ACCESS_GONE)
    with translation.override("ja"):
        [[post]] = row_chunks(FILES["posts.json"]["posts"], hanako.pk)
        [[link]] = row_chunks(FILES["links.json"]["links"], hanako.pk)
        parked = sentence(reasons.ACCESS_GONE)
    [row] = post["deliveries"]
    assert (row["reason"], row["attempts"][0]["reason"]) == (JAPANESE, JAPANESE)
    assert link["parked_reason"] == parked != reasons.ACCESS_GONE
    assert "raw" not in json.dumps(row, default=str)


def test_stored_sentences_become_codes_and_other_text_stays(delivery):
    migration = importlib.import_module("syndication.migrations.0009_sentences_to_codes")
    other = make_post(author=delivery.post.author)
    planning.plan_deliveries(other)
    Delivery.objects.filter(pk=delivery.pk).update(reason=STORED)
    Delivery.objects.filter(post=other).update(reason="Of an older version.")
    Link.objects.update(parked_reason="The access has run out.")
    Attempt.objects.update(reason="", excerpt=STORED)
    for _ in range(2):
        migration.to_codes(apps, None)
        delivery.refresh_from_db()
        attempt = Attempt.objects.get()
        assert delivery.reason == reasons.REFUSED
        assert Delivery.objects.get(post=other).reason == "Of an older version."
        assert Link.objects.get().parked_reason == reasons.ACCESS_EXPIRED
        assert (attempt.reason, attempt.excerpt) == (reasons.REFUSED, "")
    migration.to_sentences(apps, None)
    delivery.refresh_from_db()
    assert (delivery.reason, Attempt.objects.get().excerpt) == (STORED, STORED)


def test_a_notice_is_read_in_the_readers_language_and_mailed_in_the_members(hanako, delivery):
    link = Link.objects.get()
    hanako.language = "ja"
    hanako.save()
    reauthorization.require_reauthorization(link, reasons.ACCESS_GONE)
    send_mails()
    [mail] = mailbox.outbox
    assert mail.subject == "Profile Link: もう一度連携を"
    assert "もう一度連携してください" in mail.body
    for language, said, other in [
        ("en", "no longer lets us in", "送れなくなった"),
        ("ja", "送れなくなった", "no longer lets us in"),
    ]:
        phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
        phone.get("/language/")
        phone.submit(language=language)
        for page in ("/notices/", "/notices/?page=1"):
            shown = phone.get(page)
            assert said in shown
            assert other not in shown


def told_texts():
    migration = importlib.import_module("syndication.migrations.0012_told_texts_to_codes")
    return [(code, text) for code, texts in migration.NOTICES.items() for text in texts]


@pytest.mark.parametrize(("code", "text"), told_texts())
def test_stored_notices_become_codes(hanako, delivery, code, text):
    migration = importlib.import_module("syndication.migrations.0012_told_texts_to_codes")
    language = "en" if text.isascii() or "“" in text else "ja"
    link, post = Link.objects.get(), delivery.post
    with translation.override(language):
        day = date_format(timezone.localtime(post.created_at), "DATETIME_FORMAT")
        named = {"network": "mixi", "name": link.name, "day": day, "address": "http://mixi.jp/1"}
        stored = text % named
    incident = f"{code} {post.pk}" if "%(day)" in text else code
    hint = f" {migration.HINTS[language == 'ja']}" if code == "parked" else ""
    with old_notices() as old_apps:
        rows = old_apps.get_model("syndication", "Notice").objects
        of_hanako = {"member_id": hanako.pk, "link_id": None if "mail" in code else link.pk}
        told = rows.create(**of_hanako, incident=incident, text=stored + hint)
        other = rows.create(**of_hanako, incident="x", text=f"{stored} But.")
        migration.to_codes(old_apps, None)
        told.refresh_from_db()
        other.refresh_from_db()
        assert (told.text, other.text) == ("", f"{stored} But.")
        assert ("hint" in told.params) == bool(hint)
        importlib.import_module(MOVE).move(old_apps, None)
    with translation.override(language):
        assert the_notice().code == code
        assert (day in the_notice().in_words) == ("%(day)" in text)


@pytest.mark.parametrize("language", [0, 1])
def test_stored_refusals_of_mails_become_codes(hanako, language):
    migration = importlib.import_module("syndication.migrations.0012_told_texts_to_codes")
    address = post_addresses.enable_post_by_mail(by=hanako)
    for code, texts in migration.REFUSALS.items():
        stored = texts[language] % {"count": 20, "size": "15.0\xa0MB"}
        PostAddress.objects.update(refused_reason=stored, refused_params={})
        with old_notices() as old_apps:
            migration.to_codes(old_apps, None)
        address.refresh_from_db()
        assert address.refused_reason == code
        with translation.override(("en", "ja")[language]):
            assert address.refused_sentence not in ("", code)
