"""What accounts tells us (an account was linked, an account is going) and asks us (may it be?), and what is
recorded for the deletion log."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver
from django.utils.translation import gettext as _

from accounts.models import (
    AccessRecovery,
    Block,
    Friendship,
    LinkAttempt,
    MailSettings,
    Member,
    Membership,
)
from accounts.models.stored_files import delete_files_of_row, file_deleted
from accounts.signals import (
    access_discarded,
    account_linked,
    before_relink,
    has_like_right,
    login_recovered,
    may_link,
)
from syndication.actions import links, moderation, privacy_replays
from syndication.actions.deletion_log import record_deletion
from syndication.models import (
    Comment,
    DecisionKind,
    Interaction,
    KeptPhoto,
    Link,
    LinkState,
    NetworkSwitch,
    Post,
    PostPhoto,
    PostReader,
    ReportPhoto,
    SavedDraft,
    StaffDecision,
    WithdrawnLike,
)

for model in (Post, PostPhoto, KeptPhoto, SavedDraft, ReportPhoto):
    post_delete.connect(
        delete_files_of_row, sender=model, dispatch_uid=f"files of {model.__name__}"
    )


@receiver(account_linked, sender=SocialAccount)
def account_was_linked(
    sender: type[SocialAccount],
    account: SocialAccount,
    credentials: dict[str, Any],
    registration: int | None = None,
    **kwargs: Any,
) -> None:
    links.create_or_resume_link(account, credentials, registration=registration)


@receiver(access_discarded, sender=LinkAttempt)
def access_was_discarded(
    sender: type[LinkAttempt],
    network: str,
    uid: str,
    credentials: dict[str, Any],
    registration: int | None,
    **kwargs: Any,
) -> str:
    return links.discard_access(network, uid, credentials, registration=registration)


@receiver(before_relink, sender=SocialAccount)
def account_is_linked_again(
    sender: type[SocialAccount], account: SocialAccount, **kwargs: Any
) -> str:
    return links.describe_relinking(account)


@receiver(has_like_right, sender=SocialAccount)
def access_covers_likes(sender: type[SocialAccount], account: SocialAccount, **kwargs: Any) -> bool:
    return links.has_like_right(account)


@receiver(login_recovered, sender=AccessRecovery)
def log_in_was_changed(
    sender: type[AccessRecovery], recovery: AccessRecovery, **kwargs: Any
) -> None:
    staff = recovery.agreed_by or recovery.asked_by
    moderation.record(DecisionKind.RECOVERED, by=staff, member=recovery.member)


@receiver(may_link, sender=Member)
def paused_network_reason(sender: type[Member], network: str, **kwargs: Any) -> str:
    """While staff have paused a network nobody is sent there; the reason is theirs."""
    switch = NetworkSwitch.objects.paused().filter(network=network).first()
    if switch is None:
        return ""
    words = _("The staff have paused this network. Come back later; existing links stay.")
    return f"{words} {switch.reason}".strip()


@receiver(pre_delete, sender=SocialAccount)
def account_is_going(sender: type[SocialAccount], instance: SocialAccount, **kwargs: Any) -> None:
    """Whoever removes the account (staff, a deleted member): nothing is sent there any more."""
    links.end_link_of_account(instance)


# --- For the deletion log: actions save the fields that they change -----------------------------------


@receiver(post_save, sender=Post)
def post_was_taken_back(
    sender: type[Post], instance: Post, update_fields: frozenset[str] | None, **kwargs: Any
) -> None:
    changed = update_fields or frozenset()
    if "deleted_at" in changed:
        record_deletion("post", instance.pk)
    if "audience" in changed:
        record_deletion("narrowed", instance.pk, audience=str(instance.audience))
    if "version" in changed:
        record_deletion("edited", instance.pk)


@receiver(post_delete, sender=Comment)
def comment_was_deleted(sender: type[Comment], instance: Comment, **kwargs: Any) -> None:
    record_deletion("comment", instance.pk)


@receiver(post_save, sender=Interaction)
def interaction_was_taken_back(
    sender: type[Interaction],
    instance: Interaction,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    if "deleted_at" in (update_fields or ()) and instance.deleted_at is not None:
        record_deletion("interaction", instance.pk)


@receiver(post_save, sender=Link)
def link_was_ended(sender: type[Link], instance: Link, created: bool, **kwargs: Any) -> None:
    if instance.state == LinkState.ENDED and not created:
        record_deletion("link", instance.pk)


@receiver(post_save, sender=Member)
def account_was_closed(
    sender: type[Member],
    instance: Member,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    if "closing_at" in (update_fields or ()) and instance.closing_at is not None:
        takes_back = instance.takes_copies_back
        record_deletion("member", instance.pk, takes_copies_back=takes_back)
    elif update_fields is None and instance.closed_at is not None:
        record_deletion("erased", instance.pk)
    elif described := privacy_replays.describe_profile(instance, update_fields or frozenset()):
        record_deletion("profile", instance.pk, **described)


@receiver(file_deleted)
def file_was_deleted(file: FieldFile, **kwargs: Any) -> None:
    row = file.instance
    if isinstance(row, Member):
        record_deletion("picture", row.pk, file=str(file.name))
    elif isinstance(row, (Post, PostPhoto)) and file.field.name == "photo":
        post = row.pk if isinstance(row, Post) else row.post_id
        record_deletion("photo", post, file=str(file.name))


@receiver(post_delete, sender=Friendship)
def friendship_was_ended(sender: type[Friendship], instance: Friendship, **kwargs: Any) -> None:
    if instance.member_id < instance.friend_id:  # its mirrored row goes with it
        record_deletion("unfriended", instance.member_id, other=instance.friend_id)


@receiver(post_delete, sender=Membership)
def group_was_left(sender: type[Membership], instance: Membership, **kwargs: Any) -> None:
    record_deletion("left", instance.group_id, other=instance.member_id)


@receiver(post_delete, sender=PostReader)
def reader_was_removed(sender: type[PostReader], instance: PostReader, **kwargs: Any) -> None:
    record_deletion("unchosen", instance.post_id, other=instance.reader_id)


@receiver(post_save, sender=WithdrawnLike)
def like_was_withdrawn(sender: type[WithdrawnLike], instance: WithdrawnLike, **kwargs: Any) -> None:
    record_deletion("unliked", instance.post_id, other=instance.member_id)


@receiver(post_delete, sender=EmailAddress)
def address_was_removed(sender: type[EmailAddress], instance: EmailAddress, **kwargs: Any) -> None:
    if instance.verified:
        record_deletion("address", instance.pk)


@receiver(post_save, sender=MailSettings)
def mails_were_paused(
    sender: type[MailSettings],
    instance: MailSettings,
    update_fields: frozenset[str] | None,
    **kwargs: Any,
) -> None:
    if instance.lost_address:
        record_deletion("paused", instance.member_id)
    elif "lost_address" in (update_fields or ()):
        record_deletion("resumed", instance.member_id)


@receiver(post_save, sender=Block)
def member_was_blocked(sender: type[Block], instance: Block, created: bool, **kwargs: Any) -> None:
    if created:
        record_deletion("blocked", instance.blocker_id, other=instance.blocked_id)


@receiver(post_save, sender=StaffDecision)
def staff_decided(
    sender: type[StaffDecision], instance: StaffDecision, created: bool, **kwargs: Any
) -> None:
    """Hidden, shown again; suspended, and the end of it. What was removed tells of itself."""
    kind, case = str(instance.kind), instance.case
    if kind in (DecisionKind.HIDDEN, DecisionKind.SHOWN) and case is not None:
        record_deletion(kind, case.subject, of=str(case.kind))
    elif kind in (DecisionKind.SUSPENDED, DecisionKind.RESTORED) and instance.member_id:
        record_deletion(kind, instance.member_id)
