"""Client metadata for AT Protocol servers, at a fixed URL."""

from allauth.socialaccount.adapter import get_adapter
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.providers.bluesky.client import BlueskyClient


@require_safe
def oauth_client(request: HttpRequest) -> JsonResponse:
    """The client metadata: public keys alone, open to everybody."""
    app = get_adapter().get_app(request, "bluesky")
    return JsonResponse(BlueskyClient.of(app.settings).metadata())
