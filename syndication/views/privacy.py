"""`/privacy/`: who sees what, in words, on one page; what can be changed here is a form."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import profile
from accounts.actions.privacy import change_commenters, change_searchable
from accounts.forms.profile import PrivacyForm
from accounts.models import Block
from accounts.views.requests import MemberRequest
from syndication.models import Link, Toggle

BLOCKED_PER_PAGE = 10


@login_required
def privacy(request: MemberRequest) -> HttpResponse:
    form = PrivacyForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        is_listed = form.cleaned_data["is_listed"]
        profile.set_profile_audiences(request.user, form.audiences(), is_listed=is_listed)
        chosen = (form.cleaned_data[name] for name in ("commenters", "group_commenters"))
        change_commenters(request.user, *chosen, by=request.user)
        change_searchable(request.user, form.cleaned_data["is_searchable"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("privacy")
    going = Prefetch("toggles", Toggle.objects.filter(is_on=True).order_by("pk"), to_attr="going")
    blocks = Block.objects.filter(blocker=request.user).select_related("blocked").order_by("-pk")
    return TemplateResponse(
        request,
        "syndication/privacy.html",
        {
            "form": form,
            "links": Link.objects.of(request.user).prefetch_related(going).order_by("pk"),
            "page": Paginator(blocks, BLOCKED_PER_PAGE).get_page(request.GET.get("page")),
        },
    )
