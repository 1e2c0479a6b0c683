"""More mails at once than the machine has room for: the mail server keeps them and comes again."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from accounts.bulkhead import BulkheadFull
from profilelink.mail.intake_slots import MAX_PROCESSES, hold_slot
from syndication.models import SavedDraft
from tests.profilelink.test_receive_mail_process import (  # noqa: F401  two are fixtures
    OWN,
    SEA,
    address,
    environment,
    piped,
)


@pytest.mark.django_db(transaction=True)
def test_one_mail_too_many_is_tried_again_and_none_is_lost(address, environment):  # noqa: F811
    locks = Path(environment["MEDIA_ROOT"]) / "locks"
    locks.mkdir(parents=True)
    with ExitStack() as others:
        for _ in range(MAX_PROCESSES):
            others.enter_context(hold_slot(locks, "mail-here", MAX_PROCESSES))
        done = piped(SEA, f"--sender={OWN}", "--", address, environment=environment)
        assert done.returncode == 75
        assert b"too many mails at once" in done.stderr
        assert not SavedDraft.objects.exists()
    assert piped(SEA, f"--sender={OWN}", "--", address, environment=environment).returncode == 0
    assert SavedDraft.objects.get().text == "sea"


def test_a_place_is_waited_for_and_is_free_when_its_holder_ends(tmp_path):
    with hold_slot(tmp_path, "work", 2), ExitStack() as second:
        second.enter_context(hold_slot(tmp_path, "work", 2))
        for within in (0, 0.3):
            with pytest.raises(BulkheadFull), hold_slot(tmp_path, "work", 2, within=within):
                pass
        second.close()
        with hold_slot(tmp_path, "work", 2):
            pass
