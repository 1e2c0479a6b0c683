"""Start of linking: the page, the server that the member names, the redirect.

Where the network has app passwords, too, that path leads straight to the confirm page.
"""

from __future__ import annotations

import re
import secrets
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from allauth.core import ratelimit
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import discarded_access, link_throttling, linking, servers
from accounts.bulkhead import LINK_START_BULKHEAD, BulkheadFull
from accounts.forms.allauth import normalize_width
from accounts.forms.linking import AppPasswordForm, ServerForm
from accounts.providers.base import LinkingFailed, LinkRedirect, NetworkProvider, RegistrationGone
from accounts.providers.servers import Server
from accounts.signals import before_relink, has_like_right
from accounts.urlsession.api import is_url_mode
from accounts.views.buttons import number_in
from accounts.views.requests import MemberRequest

_NUMBER = re.compile(r"[0-9]{4}")  # as the page shows it


@login_required
def link_start(request: MemberRequest, network: str, again: int | None = None) -> HttpResponse:
    """Explain linking, show the number under a token; a POST leaves for the network.

    `again` is the key of the member's account that is to be linked once more: whatever has to be typed is
    filled in. One that is not theirs fills in nothing.
    """
    provider = provider_or_404(request, network)
    before = _linked_before(request, provider, again)
    try:
        link_throttling.check_linking_available(request.user, network)
        if before is None:
            link_throttling.check_room_for_link(request.user)
        if request.method == "POST":
            with _link_start_place(request, provider):
                return _start_attempt(request, provider, before)
    except link_throttling.LinkingUnavailable as error:
        return _start_page(request, provider, before, refusal=str(error), status=409)
    except link_throttling.TooManyLinks:
        return _start_page(request, provider, before, refusal=too_many_links(), status=409)
    except link_throttling.TooManyLinkAttempts:
        refusal = _("You started linking too often. Try again in an hour, or tomorrow.")
        return _start_page(request, provider, before, refusal=refusal, status=429)
    except BulkheadFull:
        refusal = _(
            "This server is slow at the moment, and other people are waiting for it too. "
            "Try again in a minute."
        )
        return _start_page(request, provider, before, refusal=refusal, status=409)
    except LinkingFailed as error:
        silent = _("%(name)s does not answer just now. Try again in a few minutes.")
        refusal = error.sentence or silent % {"name": provider.name}
        return _start_page(request, provider, before, refusal=refusal, status=409)
    return _start_page(request, provider, before)


def too_many_links() -> str:
    """What a member is told who holds as many links as there may be."""
    sentence = _(
        "You have %(count)d links, and no more than that can be kept. Unlink one first. A link "
        "that you have can be linked again from its own page."
    )
    return sentence % {"count": link_throttling.MAX_LINKS}


def _link_start_place(
    request: HttpRequest, provider: NetworkProvider
) -> AbstractContextManager[None]:
    """A place in the bulkhead on networks of many servers. Raises BulkheadFull when entered."""
    if not provider.asks_server:
        return nullcontext()
    return LINK_START_BULKHEAD.hold_place(_typed_server(request).strip().lower().rpartition("@")[2])


def _typed_server(request: HttpRequest) -> str:
    """The server or name that was typed; the page gives it back as it was typed."""
    return normalize_width(request.POST.get("server", ""))


def _start_attempt(
    request: MemberRequest, provider: NetworkProvider, again: SocialAccount | None
) -> HttpResponse:
    number = request.POST.get("number", "") if is_url_mode(request) else ""
    if is_url_mode(request) and not _NUMBER.fullmatch(number):
        if again is not None:
            return redirect("link_again", provider.id, again.pk)
        return redirect("link_start", provider.id)
    link_throttling.check_link_attempts(request.user)
    # Naming servers, and passwords, makes us ask around: not as often as somebody likes.
    if provider.asks_server and not ratelimit.consume(request, action="link_server"):
        raise link_throttling.TooManyLinkAttempts
    if provider.has_app_password and "password" in request.POST:
        return _link_by_app_password(request, provider)
    server = _named_server(request, provider)
    path = linking.start_link_attempt(
        _prepare_leaving(request, provider, server, again),
        by=request.user,
        network=provider.id,
        server=server,
        session_key=str(request.session.session_key),
        number=number,
    )
    return redirect(path)


def _server_forms(
    request: HttpRequest, provider: NetworkProvider, refusal: str, again: SocialAccount | None
) -> dict[str, Any]:
    """Context of the server and app password forms, with what was typed and its errors."""
    if not provider.asks_server:
        return {}
    typed = request.POST or None
    example: dict[str, Any] = {"example": provider.server_example}
    if again is not None:
        example["initial"] = {"server": provider.previous_input(again)}
    is_by_password = "password" in request.POST
    by_server = ServerForm(None if is_by_password else typed, **example)
    by_password = AppPasswordForm(typed if is_by_password else None, auto_id="door_%s", **example)
    for form in (by_server, by_password):
        if refusal and form.is_bound and form.is_valid():
            form.add_error("server", refusal)
    return {
        "form": by_server,
        "password_form": by_password if provider.has_app_password else None,
        "refusal": "" if typed else refusal,
    }


def _named_server(request: MemberRequest, provider: NetworkProvider) -> Server | None:
    """The server that the member named, registered with; None on networks of one server."""
    if not provider.asks_server:
        return None
    host = provider.find_server(_typed_server(request))
    return servers.get_or_register_server(
        provider.id,
        host,
        ask=lambda: provider.register(request, host),
        is_known=lambda server: provider.is_registered(request, server),
    )


def _prepare_leaving(
    request: MemberRequest,
    provider: NetworkProvider,
    server: Server | None,
    again: SocialAccount | None,
) -> LinkRedirect:
    try:
        with_likes = _wants_likes(request, again)
        return provider.begin_link(request, server=server, with_likes=with_likes)
    except RegistrationGone:
        if server is not None:
            servers.retire_registration(provider.id, server.host)
        raise


def _is_pressed_for_likes(request: HttpRequest) -> bool:
    return bool(request.POST.get("likes") or request.GET.get("likes"))


def _wants_likes(request: MemberRequest, again: SocialAccount | None) -> bool:
    """Whether the right to like is asked for, too: it was pressed for, or the access that is replaced
    has it. Else nobody is asked for more than posts need."""
    if _is_pressed_for_likes(request):
        return True
    if again is None:
        return False
    return any(has for _who, has in has_like_right.send(SocialAccount, account=again))


def _link_by_app_password(request: MemberRequest, provider: NetworkProvider) -> HttpResponse:
    """Link by an app password, without leaving."""
    name = _typed_server(request)
    try:
        account = provider.link_by_password(request, name=name, password=request.POST["password"])
    except LinkingFailed as error:
        if error.given:
            discarded_access.discard_credentials(provider.id, error.given)
        raise
    key = str(request.session.session_key)
    linking.start_password_attempt(account, by=request.user, network=provider.id, session_key=key)
    return redirect("link_confirm", provider.id)


def _start_page(
    request: HttpRequest,
    provider: NetworkProvider,
    again: SocialAccount | None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The number is made for the page and comes back with the form, so it is stored nowhere.

    No status of 5xx here: what such an answer changed in the session is not kept.
    """
    number = f"{secrets.randbelow(10_000):04d}" if is_url_mode(request) else ""
    context = {"provider": provider, "number": number, "refusal": refusal, "again": again}
    context["wants_likes"] = _is_pressed_for_likes(request)
    context |= _server_forms(request, provider, refusal, again)
    if again is not None:
        context["afterwards"] = [
            sentence
            for _who, sentence in before_relink.send(SocialAccount, account=again)
            if sentence
        ]
    return TemplateResponse(request, "accounts/link_start.html", context, status=status)


def _linked_before(
    request: HttpRequest, provider: NetworkProvider, again: int | None
) -> SocialAccount | None:
    """The member's own account that this page is to link again."""
    wanted = again or number_in(request.POST.get("again") or request.GET.get("again"))
    mine = SocialAccount.objects.filter(user_id=request.user.pk, provider=provider.id)
    return mine.filter(pk=wanted).first() if wanted else None


def provider_or_404(request: HttpRequest, network: str) -> NetworkProvider:
    """The provider of a network that is set up here, else 404."""
    try:
        provider = get_adapter().get_provider(request, network)
    except SocialApp.DoesNotExist:
        raise Http404(_("This network is not set up on this site.")) from None
    if not isinstance(provider, NetworkProvider):
        raise Http404(_("This network is not set up on this site."))
    return provider
