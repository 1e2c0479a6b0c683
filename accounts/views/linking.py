"""Return from a network's permission page, the number, and the confirmation.

The way back is one fixed address for each network, without token. It opens no session, whoever the
network says came back: under a token the number does, see accounts.actions.linking.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import linking, profile_import, servers
from accounts.actions.link_results import LinkOutcome, read_link_result
from accounts.actions.link_throttling import TooManyLinks
from accounts.actions.linking import LinkAttemptExpired
from accounts.actions.profile_import import PictureUnavailable
from accounts.actions.quotas import QuotaUsedUp
from accounts.bulkhead import LINK_RETURN_BULKHEAD, BulkheadFull
from accounts.forms.linking import ProfileImportForm, ReturnNumberForm
from accounts.models import LinkAttempt
from accounts.providers.base import (
    Authorized,
    LinkCallback,
    NetworkProvider,
    RegistrationGone,
    ScopesRefused,
)
from accounts.providers.issuers import callback_params
from accounts.urlsession.api import adopt_session, rotate_session, sessionless_form
from accounts.views.changing_member import confirm_member_change, other_member_logged_in
from accounts.views.link_start import provider_or_404, too_many_links
from accounts.views.requests import MemberRequest


@require_GET
def link_callback(request: HttpRequest, network: str) -> HttpResponse:
    """Callback of a network: the member, or anybody who knows what the network knows."""
    provider = provider_or_404(request, network)
    params = callback_params(request.GET.dict())
    key = provider.callback_key(params)
    try:
        row = linking.get_link_attempt(network, key)
    except LinkAttemptExpired:
        return _expired_page(request, provider)
    if not row.is_url_mode and not _is_own_session(request, row):
        return _expired_page(request, provider, other_browser=True)
    proof = linking.return_proof(network, params)
    try:
        with LINK_RETURN_BULKHEAD.hold_place(row.host) if row.host else nullcontext():
            linking.exchange_for_account(
                row,
                proof=proof,
                refused=provider.is_denied(params),
                ask=lambda stash: _ask_network(request, provider, row, params, stash),
            )
    except BulkheadFull:  # nothing was asked, so the same address still works
        context = {"provider": provider, "again": request.get_full_path()}
        return TemplateResponse(request, "accounts/link_busy.html", context, status=503)
    if row.is_url_mode:
        came = {"network": network, "key": key, "proof": proof}
        return _number_page(request, provider, ReturnNumberForm(initial=came))
    linking.mark_returned(row)
    return redirect("link_confirm", network)


def _ask_network(
    request: HttpRequest,
    provider: NetworkProvider,
    row: LinkAttempt,
    params: Mapping[str, str],
    stash: Mapping[str, str],
) -> Authorized:
    try:
        return provider.finish_link(
            request, LinkCallback(params, stash, servers.server_of_attempt(row))
        )
    except RegistrationGone:
        servers.retire_registration(row.network, row.host)
        raise
    except ScopesRefused:
        servers.register_with_broad_scopes(
            row, ask=lambda: provider.register(request, row.host, is_broad=True)
        )
        raise


def _is_own_session(request: HttpRequest, row: LinkAttempt) -> bool:
    """Whether session and member are those that left, in cookie mode."""
    return row.session_key == request.session.session_key and row.member_id == request.user.pk


@sessionless_form  # no session here; what the network handed back and the number are the proof
@require_POST
def link_return(request: HttpRequest) -> HttpResponse:
    """Check the number, which gives the session back under a new token."""
    form = ReturnNumberForm(request.POST)
    provider = provider_or_404(request, str(form.data.get("network", "")))
    if not form.is_valid():
        return _number_page(request, provider, form)
    key = form.cleaned_data["key"]
    try:
        row = linking.get_link_attempt(provider.id, key)
        given = form.cleaned_data
        if here := other_member_logged_in(request, coming=row.member):
            linking.verify_return_number(row, key, given["number"], proof=given["proof"])
            return confirm_member_change(request, here, coming=row.member, fields=given)
        linking.redeem_return_number(row, key, given["number"], proof=given["proof"])
    except linking.WrongReturnNumber as error:
        form.add_error(
            "number", _("Wrong number. %(left)d tries left.") % {"left": error.tries_left}
        )
        return _number_page(request, provider, form, status=403)
    except LinkAttemptExpired:
        return _expired_page(request, provider)
    if adopt_session(request, row.session_key) is None:
        return _expired_page(request, provider)
    return redirect("link_confirm", provider.id)


def _number_page(
    request: HttpRequest, provider: NetworkProvider, form: ReturnNumberForm, *, status: int = 200
) -> HttpResponse:
    context = {"provider": provider, "form": form}
    return TemplateResponse(request, "accounts/link_return.html", context, status=status)


@login_required
def link_confirm(request: MemberRequest, network: str) -> HttpResponse:
    """Name both accounts and ask for confirmation before linking."""
    provider = provider_or_404(request, network)
    try:
        row = linking.get_attempt_to_confirm(
            network, by=request.user, session_key=request.session.session_key
        )
        outcome, account = read_link_result(row)
        if account is None:
            linking.cancel_link_attempt(row)
            return _nothing_linked_page(request, provider, outcome)
        if request.method == "POST":
            return _link_or_cancel(request, provider, row, account)
    except LinkAttemptExpired:
        return _expired_page(request, provider)
    return _confirm_page(request, provider, account, ProfileImportForm(account=account))


def _link_or_cancel(
    request: MemberRequest, provider: NetworkProvider, row: LinkAttempt, account: Authorized
) -> HttpResponse:
    if "link" not in request.POST:
        remains = linking.cancel_link_attempt(row)
        stopped = _("Stopped: nothing was linked.")
        messages.info(request, f"{stopped} {remains}".strip())
        return redirect("link_list")
    form = ProfileImportForm(request.POST, account=account)
    if not form.is_valid():
        return _confirm_page(request, provider, account, form)
    try:
        known = linking.link_account(row, account, by=request.user)
    except linking.LinkedByOtherMember:
        linking.cancel_link_attempt(row)
        return _nothing_linked_page(request, provider, None, account)
    except TooManyLinks:
        linking.cancel_link_attempt(row)
        return _nothing_linked_page(request, provider, None, reason=too_many_links())
    rotate_session(request)
    _import_profile(request, account, form.cleaned_data, row)
    return _linked_page(request, provider, known, account)


def _import_profile(
    request: MemberRequest, account: Authorized, chosen: dict[str, Any], row: LinkAttempt
) -> None:
    if chosen.get("take_name"):
        profile_import.import_name(account.shown or account.name, by=request.user)
    if chosen.get("take_picture"):
        try:
            profile_import.import_picture(
                lambda: profile_import.fetch_network_picture(
                    account.picture_url, network=row.network, host=row.host
                ),
                by=request.user,
            )
        except (PictureUnavailable, QuotaUsedUp):
            messages.warning(
                request, _("The picture could not be fetched. Choose one in your profile.")
            )


def _linked_page(
    request: MemberRequest, provider: NetworkProvider, known: SocialAccount, account: Authorized
) -> HttpResponse:
    """Redirect to the link's page, which the app above created on `account_linked`."""
    names = {"network": provider.name, "name": account.name}
    get_account_adapter(request).send_notification_mail(
        "accounts/email/linked", request.user, names
    )
    messages.success(request, _("%(network)s account %(name)s is linked.") % names)
    link = getattr(known, "link", None)
    return redirect("link_detail", provider.id, link.pk) if link else redirect("link_list")


def _confirm_page(
    request: HttpRequest, provider: NetworkProvider, account: Authorized, form: ProfileImportForm
) -> HttpResponse:
    caution = provider.permission_caution(account)
    context = {"provider": provider, "account": account, "form": form, "caution": caution}
    return TemplateResponse(request, "accounts/link_confirm.html", context)


def _nothing_linked_page(
    request: HttpRequest,
    provider: NetworkProvider,
    outcome: LinkOutcome | None,
    account: Authorized | None = None,
    reason: str = "",
) -> HttpResponse:
    """Explain why nothing was linked: refused, failed, another member's account, or a `reason`."""
    context = {"provider": provider, "outcome": outcome, "account": account, "reason": reason}
    return TemplateResponse(request, "accounts/link_nothing.html", context)


def _expired_page(
    request: HttpRequest, provider: NetworkProvider, *, other_browser: bool = False
) -> HttpResponse:
    context = {"provider": provider, "other_browser": other_browser}
    return TemplateResponse(request, "accounts/link_over.html", context, status=410)
