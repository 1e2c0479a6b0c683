"""Views that do to sessions what views do."""

from collections.abc import Iterator

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect
from django.template import RequestContext, Template
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.models import Member
from accounts.urlsession import api
from accounts.urlsession.context import no_session_prefix
from accounts.urlsession.models import Session
from accounts.views.uploads import accepts_files

FORM = '<form method="post" action="{% url name %}">{% csrf_token %}{{ form }}<input type="submit" value="Send"></form>'


class NoteForm(forms.Form):
    text = forms.CharField(required=False)
    also_mixi = forms.BooleanField(required=False, initial=True)


def page(request: HttpRequest, body: str, **context: object) -> HttpResponse:
    """The body in the site's frame, with messages."""
    text = '{% extends "base.html" %}{% block content %}' + body + "{% endblock %}"
    return HttpResponse(Template(text).render(RequestContext(request, context)))


def home(request: HttpRequest, name: str = "") -> HttpResponse:
    return page(
        request,
        "HOME {{ request.user.username }} lang={{ lang }} <a href=\"{% url 'mine' %}\">Mine</a>",
        lang=get_language(),
    )


def log_in(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        name, password = request.POST["login"], request.POST["password"]
        if member := authenticate(request, username=name, password=password):
            login(request, member)
            return HttpResponseRedirect(request.POST.get("next") or reverse("mine"))
    body = (
        "LOGIN <form method='post' action='{% url \"account_login\" %}'>{% csrf_token %}"
        "<input name='login'><input type='password' name='password'>"
        "<input type='hidden' name='next' value='{{ request.GET.next }}'>"
        "<input type='submit' value='Log in'></form>"
    )
    return page(request, body)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("home")


@login_required
@accepts_files
def note(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        messages.success(request, f"saved {request.POST.get('text', '')}")
        return redirect("mine")
    initial = api.initial_from_preserved_form(request, NoteForm)
    return page(request, "NOTE " + FORM, form=NoteForm(initial=initial), name="note")


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    body = (
        "MINE {{ request.user.username }} "
        "<form method='post' action='{% url \"account_logout\" %}'>{% csrf_token %}"
        "<input type='submit' value='Log out'></form>"
        "<form method='post' action='{% url \"note\" %}'>{% csrf_token %}"
        "<input name='text'><input type='submit' value='Write'></form>"
    )
    return page(request, body)


def count(request: HttpRequest) -> HttpResponse:
    """An anonymous session that is changed, then redirected."""
    if request.method == "POST":
        request.session["n"] = request.session.get("n", 0) + 1
        return redirect("count")
    body = (
        "COUNT {{ n }} <form method='post' action=''>{% csrf_token %}<input type='submit'></form>"
    )
    return page(request, body, n=request.session.get("n", 0))


def where(request: HttpRequest) -> HttpResponse:
    with no_session_prefix():
        without_token = reverse("mine")
    return JsonResponse(
        {
            "path": request.path,
            "path_info": request.path_info,
            "script": request.META.get("SCRIPT_NAME"),
            "full": request.get_full_path(),
            "absolute": request.build_absolute_uri(),
            "reversed": reverse("mine"),
            "without_token": without_token,
            "member": request.user.username,
            "cookies": dict(request.COOKIES),
            "mode": api.current_session_mode(request),
            "query": request.GET.dict(),
        }
    )


def stream(request: HttpRequest) -> StreamingHttpResponse:
    def lines() -> Iterator[str]:
        for number in range(3):
            yield f"<a href='{reverse('mine')}'>{number}</a>"

    return StreamingHttpResponse(lines())


def boom(request: HttpRequest) -> HttpResponse:
    request.session["boom"] = True
    serial = request.META.get("HTTP_X_DCMGUID")
    raise RuntimeError(f"boom at {request.path} {serial}")


def go(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(status=302)
    response["Location"] = request.GET["to"]
    return response


def language(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        api.set_session_language(request, request.POST["code"])
        return redirect("home")
    body = (
        "<form method='post' action='{% url \"language\" %}'>{% csrf_token %}"
        "<input name='code'><input type='submit' value='Change'></form>"
    )
    return page(request, body)


@require_POST
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    messages.success(request, "deleted")
    return redirect("mine")


@login_required
def outside(request: HttpRequest) -> HttpResponse:
    body = "{% for url in urls %}{% out_url url as away %}<a href='{{ away }}'>{{ url }}</a>{% endfor %}"
    return page(request, body, urls=request.GET.getlist("url"))


@login_required
def toggles(request: HttpRequest) -> HttpResponse:
    """A form view that does not know of forms that wait."""
    body = "TOGGLES <form method='post'>{% csrf_token %}<input name='kind'><input type='submit'></form>"
    return page(request, "GOT {{ got }}" if request.POST else body, got=request.POST.get("kind"))


def cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse("cookie")
    response.set_cookie("stray", "1")
    return response


def cut(request: HttpRequest) -> HttpResponse:
    """The session is ended elsewhere while this runs."""
    request.session["n"] = 1
    Session.objects.filter(pk=request.session.session_key).delete()
    return HttpResponse("cut")


def rotate(request: HttpRequest) -> HttpResponse:
    """As after a link was made."""
    api.rotate_session(request)
    return home(request) if "stay" in request.GET else redirect("mine")


def public(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = True
    return page(request, "PUBLIC {{ request.user.username }}{% csrf_token %}")


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    """As the return from a network: a stored key, and proof of the right to it."""
    prefix = api.adopt_session(request, request.POST["key"])
    return redirect("mine") if prefix else HttpResponse("gone", status=410)


@csrf_exempt
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """As the phone log-in: GET shows, POST begins a session. `code` names the member."""
    if request.method == "POST":
        if not request.GET.get("wrong"):
            api.start_url_session(request, device="a test phone")
        login(
            request,
            Member.objects.get(username=code.rstrip("x")),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )
        return redirect("mine")
    return HttpResponse(f"SCAN {code} {len(request.COOKIES)}")
