from django.apps import AppConfig

from accounts import checks  # noqa: F401  registers the system checks
from accounts.crypto.encryption import check_encryption_keys


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Members"

    def ready(self) -> None:
        """Stop the process on a bad key; system checks would not run under gunicorn."""
        check_encryption_keys()
