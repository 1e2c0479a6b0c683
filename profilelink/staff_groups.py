"""The three staff groups, with the least permissions that their work needs.

Every `migrate` creates them or resets them to these permissions; give others by a group of your
own. No permission lets anybody read a private post (syndication.admin.posts).
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as global_apps
from django.apps.config import AppConfig
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db.models import Q

GROUPS = {
    "Support": (
        "accounts.view_member",
        "accounts.view_phonelogin",
        "accounts.view_phoneopener",
        "accounts.view_phone",
        "accounts.view_devicelogin",
        "accounts.view_membersession",
        "accounts.view_notice",
        "accounts.end_membersession",
        "accounts.help_member",
        "syndication.view_post",
        "syndication.view_comment",
        "syndication.delete_comment",
        "syndication.view_like",
        "syndication.delete_like",
        "syndication.view_link",
        "syndication.view_toggle",
        "syndication.view_delivery",
        "syndication.view_attempt",
        "syndication.change_delivery",  # to retry and dismiss; no field can be changed
        "syndication.view_postaddress",
    ),
    "Moderators": (
        "syndication.view_reportcase",
        "syndication.settle_reportcase",
        "syndication.remove_reportcase",
        "syndication.suspend_reportcase",
        "syndication.view_staffdecision",
        "syndication.view_retentionhold",
        "syndication.add_retentionhold",
    ),
    "Operators": (
        "accounts.view_serverregistration",
        "accounts.drop_serverregistration",
        "accounts.view_sitepage",
        "accounts.change_sitepage",
        "accounts.view_announcement",
        "accounts.add_announcement",
        "accounts.change_announcement",
        "syndication.view_networkswitch",
        "syndication.add_networkswitch",
        "syndication.change_networkswitch",
        "syndication.view_dailyfigure",  # the page of adoption
        "syndication.view_hosthealth",
        "syndication.view_importpause",  # turned on by who may pause a network
        "syndication.change_hosthealth",  # to ask it again; no field can be changed
        "syndication.view_heartbeat",
        "syndication.view_link",
        "syndication.view_delivery",
        "syndication.view_attempt",
        "syndication.change_delivery",
    ),
}


def make_staff_groups(
    sender: AppConfig, using: str, apps: Apps = global_apps, **_: Any
) -> None:  # `flush` sends no apps
    """Create or reset the groups. Receives post_migrate of the last app; does nothing before auth's tables exist."""
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return
    create_permissions(sender, verbosity=0, using=using, apps=apps)  # this receiver comes first
    for name, rights in GROUPS.items():
        group, _is_new = group_model._default_manager.using(using).get_or_create(name=name)
        asked = Q()
        for right in rights:
            app_label, _dot, codename = right.partition(".")
            asked |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.set(permission_model._default_manager.using(using).filter(asked))
