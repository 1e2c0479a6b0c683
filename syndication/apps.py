from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from syndication import connectors


class SyndicationConfig(AppConfig):
    name = "syndication"
    verbose_name = _("Posts and where they go")

    def ready(self) -> None:
        """Bring in the site's networks, and listen to what accounts says of linking; accounts must
        not know of us."""
        from accounts.actions.notice_mail.composing import register_reply_addresses  # noqa: PLC0415 - models are ready only now
        from accounts.models import register_notice_kinds  # noqa: PLC0415
        from syndication import signals  # noqa: F401, PLC0415
        from syndication.actions import reply_addresses  # noqa: PLC0415
        from syndication.models import (  # noqa: PLC0415
            link_notices,
            network_notices,
            report_notices,
            talk_notices,
        )
        from syndication.worker import queue  # noqa: F401, PLC0415 - it receives the engine's wake-ups

        register_notice_kinds(*link_notices.KINDS, *talk_notices.KINDS, *network_notices.KINDS)
        register_notice_kinds(*report_notices.KINDS)
        register_reply_addresses(talk_notices.COMMENT, reply_addresses.make_address_for_notice)
        connectors.load(settings.NETWORK_KEYS)
