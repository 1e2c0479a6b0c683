"""Type of a request that `login_required` let through."""

from django.http import HttpRequest

from accounts.models import Member


class MemberRequest(HttpRequest):
    """Request of a logged-in member. For signatures; never instantiated."""

    user: Member
