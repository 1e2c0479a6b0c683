from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts import checks  # noqa: F401  registers the system checks
from accounts.crypto.encryption import check_encryption_keys
from accounts.media.heap import limit_heaps


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Stop the process on a bad key, since system checks would not run under gunicorn, limit its heap, and
        register the kinds of notices."""
        check_encryption_keys()
        limit_heaps()
        from accounts.models import people_notices, register_notice_kinds  # noqa: PLC0415 - models are ready only now

        register_notice_kinds(*people_notices.KINDS)
