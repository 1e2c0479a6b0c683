from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _

from accounts.urlsession import checks  # noqa: F401  registers the system checks
from accounts.urlsession.signals import session_key_changed


class UrlSessionConfig(AppConfig):
    """Registers the system checks, and keeps allauth's session list in step where there is one."""

    name = "accounts.urlsession"
    label = "urlsession"
    verbose_name = _("Sessions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if apps.is_installed("allauth.usersessions"):
            session_key_changed.connect(follow_in_session_list, dispatch_uid="urlsession.follow")


def follow_in_session_list(*, old: str, new: str, **_kwargs: object) -> None:
    """Update the key in allauth's session list when a session's key changes."""
    listed = apps.get_model("usersessions", "UserSession").objects
    listed.filter(session_key=old).update(session_key=new)
