"""Django's own page for a new password knows none of our limits: staff change theirs where members do."""

import pytest

from tests.making import PASSWORD, make_member
from tests.phone import computer

pytestmark = pytest.mark.django_db

NEW = "another correct horse"


def test_nobody_guesses_a_staff_member_s_password_at_the_admin_s_own_page() -> None:
    boss = make_member("boss", is_staff=True, is_superuser=True)
    client = computer(boss)
    for number in range(12):
        tried = {"old_password": f"wrong{number}", "new_password1": NEW, "new_password2": NEW}
        client.post("/admin/password_change/", tried)
    client.post("/admin/password_change/", tried | {"old_password": PASSWORD})
    boss.refresh_from_db()
    assert boss.check_password(PASSWORD)
    assert client.get("/admin/password_change/").headers["Location"] == "/account/password/"
