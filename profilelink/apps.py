from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from profilelink import checks, mail_checks  # noqa: F401  registers the system checks
from profilelink.site_pages import make_site_pages
from profilelink.staff_groups import make_staff_groups


class ProfileLinkConfig(AppConfig):
    name = "profilelink"

    def ready(self) -> None:
        post_migrate.connect(
            make_site_pages,
            sender=apps.get_app_config("syndication"),
            dispatch_uid="profilelink.site_pages",
        )
        post_migrate.connect(
            make_staff_groups,
            sender=apps.get_app_config("syndication"),
            dispatch_uid="profilelink.staff_groups",
        )
