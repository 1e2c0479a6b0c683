"""The page that ours are measured against: Django's own session, log-in and messages, ten posts, one template.

`tests.bench.stock_settings` serves it on the same database. `/bare/` is a view without anything.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from syndication.models import Post


@login_required
def home(request: HttpRequest) -> HttpResponse:
    posts = Post.objects.select_related("author").order_by("-created_at")[:10]
    return render(request, "home.html", {"posts": posts})


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!DOCTYPE html><title>Bare</title><p>Nothing.</p>")


urlpatterns = [path("", home), path("bare/", bare)]
