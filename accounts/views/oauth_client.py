"""Who we are to the servers of the AT Protocol: they read it here, at an address that is fixed."""

from allauth.socialaccount.adapter import get_adapter
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.providers.bluesky.client import BlueskyClient


@require_safe
def oauth_client(request: HttpRequest) -> JsonResponse:
    """The client metadata. Open to everybody: it holds public keys alone."""
    app = get_adapter().get_app(request, "bluesky")
    return JsonResponse(BlueskyClient.of(app.settings).metadata())
