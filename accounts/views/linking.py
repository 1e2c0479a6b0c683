"""Linking an account on a network: away to its permission page, back, and the member's word.

The way back is one fixed address for each network, without token. It opens no session, whoever the
network says came back: under a token the number does, see accounts.actions.linking.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts.actions import linking
from accounts.actions.linking import Outcome, Over
from accounts.forms.linking import NumberForm, TakeOverForm
from accounts.models import LinkReturn
from accounts.outgoing import outgoing_http
from accounts.providers.base import Authorized, ExchangeFailed, NetworkProvider
from accounts.urlsession.api import adopt_session, is_url_mode, rotate
from accounts.views.requests import MemberRequest

PICTURE_BYTES = 2_000_000


@login_required
def link_start(request: MemberRequest, network: str) -> HttpResponse:
    """What linking does; the number under a token; away."""
    provider = _provider(request, network)
    try:
        linking.ask_whether(request.user, network)
        if request.method == "POST":
            return _leave(request, provider)
    except linking.NotNow as error:
        return _start_page(request, provider, reason=str(error), status=409)
    except linking.TooManyTries:
        reason = _("You left for networks often within this hour. Try again in an hour.")
        return _start_page(request, provider, reason=reason, status=429)
    except ExchangeFailed:
        reason = _("%(name)s does not answer just now. Try again in a few minutes.")
        return _start_page(request, provider, reason=reason % {"name": provider.name}, status=409)
    return _start_page(request, provider)


def _leave(request: MemberRequest, provider: NetworkProvider) -> HttpResponse:
    number = request.POST.get("number", "") if is_url_mode(request) else ""
    if is_url_mode(request) and not linking.is_number(number):
        return redirect("link_start", provider.id)
    linking.check_tries(request.user)
    door = linking.leave(
        provider.leave(request),
        by=request.user,
        network=provider.id,
        session_key=str(request.session.session_key),
        number=number,
    )
    return redirect(door)


def _start_page(
    request: HttpRequest, provider: NetworkProvider, *, reason: str = "", status: int = 200
) -> HttpResponse:
    """The number is made for the page and comes back with the form, so it is stored nowhere.

    No status of 5xx here: what such an answer changed in the session is not kept.
    """
    number = f"{secrets.randbelow(10_000):04d}" if is_url_mode(request) else ""
    context = {"provider": provider, "number": number, "reason": reason}
    return TemplateResponse(request, "accounts/link_start.html", context, status=status)


@require_GET
def link_callback(request: HttpRequest, network: str) -> HttpResponse:
    """The member comes back, or somebody who knows what the network knows."""
    provider = _provider(request, network)
    params = request.GET.dict()
    key = provider.return_key(params)
    try:
        row = linking.find(network, key)
    except Over:
        return _over(request, provider)
    if not row.is_url_mode and not _is_own(request, row):
        return _over(request, provider, other_browser=True)
    proof = linking.proof_of(network, params)
    linking.exchange(
        row,
        proof=proof,
        refused=provider.was_refused(params),
        ask=lambda stash: provider.come_back(request, params, stash, host=row.host),
    )
    if row.is_url_mode:
        came = {"network": network, "key": key, "proof": proof}
        return _number_page(request, provider, NumberForm(initial=came))
    linking.is_back(row)
    return redirect("link_confirm", network)


def _is_own(request: HttpRequest, row: LinkReturn) -> bool:
    """In cookie mode: the session that left, and its member."""
    return row.session_key == request.session.session_key and row.member_id == request.user.pk


@csrf_exempt  # no session here; what the network handed back and the number are the proof
@require_POST
def link_return(request: HttpRequest) -> HttpResponse:
    """The number gives the session back, under a new token."""
    form = NumberForm(request.POST)
    provider = _provider(request, str(form.data.get("network", "")))
    if not form.is_valid():
        return _number_page(request, provider, form)
    key = form.cleaned_data["key"]
    try:
        row = linking.find(provider.id, key)
        given = form.cleaned_data
        linking.check_number(row, key, given["number"], proof=given["proof"])
    except linking.WrongNumber as error:
        form.add_error("number", _("Not this number. %(left)d tries left.") % {"left": error.left})
        return _number_page(request, provider, form, status=403)
    except Over:
        return _over(request, provider)
    if adopt_session(request, row.session_key) is None:
        return _over(request, provider)
    return redirect("link_confirm", provider.id)


def _number_page(
    request: HttpRequest, provider: NetworkProvider, form: NumberForm, *, status: int = 200
) -> HttpResponse:
    context = {"provider": provider, "form": form}
    return TemplateResponse(request, "accounts/link_return.html", context, status=status)


@login_required
def link_confirm(request: MemberRequest, network: str) -> HttpResponse:
    """Names both sides. Nothing is linked before the member says so."""
    provider = _provider(request, network)
    try:
        row = linking.to_confirm(network, by=request.user, session_key=request.session.session_key)
        outcome, account = linking.outcome_of(row)
        if account is None:
            linking.stop(row)
            return _nothing_linked(request, provider, outcome)
        if request.method == "POST":
            return _decided(request, provider, row, account)
    except Over:
        return _over(request, provider)
    return _confirm_page(request, provider, account, TakeOverForm(account=account))


def _decided(
    request: MemberRequest, provider: NetworkProvider, row: LinkReturn, account: Authorized
) -> HttpResponse:
    if "link" not in request.POST:
        linking.stop(row)
        messages.info(request, _("Stopped: nothing was linked."))
        return redirect("link_list")
    form = TakeOverForm(request.POST, account=account)
    if not form.is_valid():
        return _confirm_page(request, provider, account, form)
    try:
        known = linking.link(row, account, by=request.user)
    except linking.LinkedElsewhere:
        linking.stop(row)
        return _nothing_linked(request, provider, None, account)
    rotate(request)
    _take_over(request, account, form.cleaned_data)
    return _linked(request, provider, known, account)


def _take_over(request: MemberRequest, account: Authorized, chosen: dict[str, Any]) -> None:
    if chosen.get("take_name"):
        linking.take_name(request.user, account.name)
    if chosen.get("take_picture") and not linking.take_picture(
        request.user, lambda: _fetch(account.picture_url)
    ):
        messages.warning(request, _("The picture could not be had. Choose one in your profile."))


def _fetch(url: str) -> bytes:
    """The picture's file. Raises HttpFailure; what is no picture is found out by who reads it."""
    return outgoing_http().get(url, deadline=10, max_bytes=PICTURE_BYTES).body


def _linked(
    request: MemberRequest, provider: NetworkProvider, known: SocialAccount, account: Authorized
) -> HttpResponse:
    """On to the link's own page, which the app above made when it heard of the account."""
    names = {"network": provider.name, "name": account.name}
    get_account_adapter(request).send_notification_mail(
        "accounts/email/linked", request.user, names
    )
    messages.success(request, _("%(network)s account %(name)s is linked.") % names)
    link = getattr(known, "link", None)
    return redirect("link_detail", provider.id, link.pk) if link else redirect("link_list")


def _confirm_page(
    request: HttpRequest, provider: NetworkProvider, account: Authorized, form: TakeOverForm
) -> HttpResponse:
    context = {"provider": provider, "account": account, "form": form}
    return TemplateResponse(request, "accounts/link_confirm.html", context)


def _nothing_linked(
    request: HttpRequest,
    provider: NetworkProvider,
    outcome: Outcome | None,
    account: Authorized | None = None,
) -> HttpResponse:
    """Refused there, no good answer, or another member's account: what happened, what next."""
    context = {"provider": provider, "outcome": outcome, "account": account}
    return TemplateResponse(request, "accounts/link_nothing.html", context)


def _over(
    request: HttpRequest, provider: NetworkProvider, *, other_browser: bool = False
) -> HttpResponse:
    context = {"provider": provider, "other_browser": other_browser}
    return TemplateResponse(request, "accounts/link_over.html", context, status=410)


def _provider(request: HttpRequest, network: str) -> NetworkProvider:
    """The provider of a network that is set up here, else 404."""
    try:
        provider = get_adapter().get_provider(request, network)
    except SocialApp.DoesNotExist:
        raise Http404(_("This network is not set up here.")) from None
    if not isinstance(provider, NetworkProvider):
        raise Http404(_("This network is not set up here."))
    return provider
