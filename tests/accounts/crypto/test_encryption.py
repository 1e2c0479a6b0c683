"""Secrets at rest: sealed with the first key, opened with every key, and re-sealed."""

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from accounts.crypto import encryption

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_what_is_sealed_cannot_be_read_and_opens_again():
    text = encryption.encrypt("2199f67266d2 秘密")
    assert "2199f67266d2" not in text
    assert encryption.decrypt(text) == "2199f67266d2 秘密"


def test_the_same_secret_looks_different_each_time():
    assert encryption.encrypt("a") != encryption.encrypt("a")


def test_values_keep_their_shape():
    value = {"scopes": ["r_profile"], "expires_at": 900.5, "host": None}
    assert encryption.decrypt_json(encryption.encrypt_json(value)) == value


def test_an_old_key_still_opens_and_the_first_key_seals(settings):
    settings.TOKEN_KEYS = [OLD]
    old_text = encryption.encrypt("secret")
    settings.TOKEN_KEYS = [NEW, OLD]
    assert encryption.decrypt(old_text) == "secret"
    new_text = encryption.rotate(old_text)
    settings.TOKEN_KEYS = [NEW]
    assert encryption.decrypt(new_text) == "secret"
    with pytest.raises(encryption.DecryptionFailed):
        encryption.decrypt(old_text)


def test_a_lost_key_says_what_to_do(settings):
    settings.TOKEN_KEYS = [OLD]
    text = encryption.encrypt("secret")
    settings.TOKEN_KEYS = [NEW]
    for opening in (encryption.decrypt, encryption.rotate, encryption.decrypt_json):
        with pytest.raises(encryption.DecryptionFailed, match="TOKEN_KEYS"):
            opening(text)


def test_a_damaged_text_does_not_open():
    text = encryption.encrypt("secret")
    with pytest.raises(encryption.DecryptionFailed):
        encryption.decrypt(text[:-4] + "AAA=")
    with pytest.raises(encryption.DecryptionFailed):
        encryption.decrypt("")


@pytest.mark.parametrize("keys", [[], [""], ["too-short-to-be-a-key"], [NEW, "è" * 20]])
def test_a_bad_key_stops_the_start_by_the_name_of_its_variable(settings, keys):
    settings.TOKEN_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="TOKEN_KEYS") as stopped:
        encryption.check_encryption_keys()
    assert "too-short" not in str(stopped.value)
    assert NEW not in str(stopped.value)
