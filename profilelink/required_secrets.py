"""Read the secrets that a site cannot run without, and stop where one is missing or too short."""

import environ
from django.core.exceptions import ImproperlyConfigured

MINIMUM_LENGTH = 32
_HOW_TO_MAKE_ONE = (
    'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'  # 64 characters
)


def read_secret(env: environ.Env, name: str) -> str:
    """The value of a variable. Raises ImproperlyConfigured, which names the variable and never quotes it.

    Django itself refuses an empty SECRET_KEY alone, and only when something is signed.
    """
    value: str = env.str(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is empty. {_HOW_TO_MAKE_ONE}")
    if len(value) < MINIMUM_LENGTH:
        raise ImproperlyConfigured(
            f"{name} has {len(value)} characters; it needs at least {MINIMUM_LENGTH}. {_HOW_TO_MAKE_ONE}"
        )
    if len(set(value)) < 5:
        raise ImproperlyConfigured(f"{name} repeats the same few characters. {_HOW_TO_MAKE_ONE}")
    return value


def read_former_secrets(env: environ.Env, name: str) -> list[str]:
    """Secrets that were in use before, comma-separated: none, or each as long as one in use. Raises
    ImproperlyConfigured, which names the variable and never quotes it."""
    values: list[str] = [value.strip() for value in env.list(name, default=[]) if value.strip()]
    if any(len(value) < MINIMUM_LENGTH for value in values):
        raise ImproperlyConfigured(
            f"{name} holds something that is shorter than {MINIMUM_LENGTH} characters, so it was never in use."
        )
    return values


def read_token_keys(env: environ.Env, name: str) -> list[str]:
    """The Fernet keys of a variable. Whether they are keys is checked by accounts.crypto.encryption."""
    keys: list[str] = env.list(name, default=[])
    if not any(key.strip() for key in keys):
        raise ImproperlyConfigured(f"{name} is empty. .env.example says how to make one.")
    return keys
