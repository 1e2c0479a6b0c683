"""A form that was sent on a session that had ended: what was typed is kept until it can be sent.

It is kept twice: in the page that asks to log in again, and in that page's new session, from where
the form's own view takes it back. Passwords and codes are not kept, and files cannot be.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import resolve_url

from accounts.urlsession.context import context_of, no_session_prefix
from accounts.urlsession.tokens import without_prefix

SESSION_KEY = "_kept_form"
# Hidden field of the page that asks to log in again: a second time-out there loses nothing either.
PATH_FIELD = "kept_path"
# Query parameter by which the member opens the page and lets the form go.
FORGET = "forget_form"
# Characters of names and values in the session: of a member's form, and of anybody else's.
LARGEST = 200_000
LARGEST_OF_STRANGERS = 20_000

_SECRET = re.compile(r"passw|secret|csrf|^code$|_code$|^pin|_pin$|^otp|^next$", re.I)
_RESERVED = ("login", "remember")


@dataclass
class KeptForm:
    """A form that waits: its address (without token), what was typed, what could not be kept."""

    path: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each field with each of its values, as hidden inputs hold them."""
        for name, values in self.fields.items():
            for value in values:
                yield name, value

    def is_for(self, path: str) -> bool:
        """Whether the form stands at this path; the query is not compared."""
        return urlsplit(self.path).path == path

    def is_log_in(self) -> bool:
        """Whether it is the log-in form itself: that one is shown anyway."""
        with no_session_prefix():
            return self.is_for(without_prefix(resolve_url(settings.LOGIN_URL)))


def typed_in(request: HttpRequest) -> KeptForm:
    """What a POST brought, without secrets. A form that already waited keeps its own address."""
    fields = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if not _SECRET.search(name) and name != PATH_FIELD
    }
    path = _local(request.POST.get(PATH_FIELD, ""))
    if path:
        for name in _RESERVED:
            fields.pop(name, None)
    files = [
        str(getattr(upload, "name", ""))
        for _, uploads in request.FILES.lists()
        for upload in uploads
    ]
    return KeptForm(path or _own_path(request), fields, files)


def keep(request: HttpRequest, form: KeptForm, *, room: int = LARGEST) -> None:
    """Keeps a form in the session, as many fields as fit into `room` characters."""
    if form.is_log_in():
        return
    fitting = {}
    for name, values in form.fields.items():
        size = len(name) + sum(map(len, values))
        if size <= room:
            room -= size
            fitting[name] = values
    request.session[SESSION_KEY] = asdict(KeptForm(form.path, fitting, form.files))


def kept_form(request: HttpRequest) -> KeptForm | None:
    """The form that waits in this session, whatever page it belongs to. Who asks, shows it."""
    context_of(request).kept_was_read = True
    return waiting_form(request)


def waiting_form(request: HttpRequest) -> KeptForm | None:
    """The same, for those who do not show it."""
    data = request.session.get(SESSION_KEY)
    return KeptForm(**data) if data else None


def pop_kept_form(request: HttpRequest) -> KeptForm | None:
    """The same as kept_form(), and it waits no longer."""
    form = kept_form(request)
    request.session.pop(SESSION_KEY, None)
    return form


def redirect_to_kept(request: HttpRequest) -> HttpResponseRedirect | None:
    """To the page of the form that waits, for a log-in that carried no `next`; None if none does."""
    form = kept_form(request)
    return HttpResponseRedirect(form.path) if form else None


def initial_from_kept(
    request: HttpRequest, form_class: type[forms.BaseForm] | None = None
) -> dict[str, object]:
    """Initial data for the form of this page, if it is the one that waits; else {}.

    Browsers do not send a box that is not ticked, so a box of `form_class` that is missing is given
    back unticked, whatever the form's default: a post must not go wider than was chosen because a
    session ended in between.
    """
    form = kept_form(request)
    if form is None or not form.is_for(request.path_info):
        return {}
    initial = {} if form_class is None else _unticked(form_class)
    for name, values in form.fields.items():
        initial[name] = values[0] if len(values) == 1 else values
    return initial


def _unticked(form_class: type[forms.BaseForm]) -> dict[str, object]:
    initial: dict[str, object] = {}
    for name, one in getattr(form_class, "base_fields", {}).items():
        if isinstance(one.widget, forms.CheckboxInput):
            initial[name] = False
        elif isinstance(one.widget, forms.RadioSelect):
            initial[name] = ""
        elif getattr(one.widget, "allow_multiple_selected", False):
            initial[name] = []
    return initial


def _own_path(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"{request.path_info}?{query}" if query else request.path_info


def _local(path: str) -> str:
    """The path if it is one of this site, without token; else ''."""
    parts = urlsplit(path.replace("\\", "/"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return ""
    clean = without_prefix(parts.path)
    if clean.startswith("//"):
        return ""
    return f"{clean}?{parts.query}" if parts.query else clean
