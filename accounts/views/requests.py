"""The type of a request that `login_required` let through."""

from django.http import HttpRequest

from accounts.models import Member


class MemberRequest(HttpRequest):
    """A request of a member who is logged in. For signatures; nothing makes one."""

    user: Member
