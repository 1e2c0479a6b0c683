"""Forms sent on an ended session, preserved until they can be sent again.

It is kept twice: in the page that asks to log in again, and in that page's new session, from where
the form's own view takes it back. Passwords and codes are not kept, and files cannot be.
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url

from accounts.urlsession.context import get_request_context, no_session_prefix
from accounts.urlsession.tokens import without_session_prefix

SESSION_KEY = "_kept_form"
# Hidden field of the page that asks to log in again: a second time-out there loses nothing either.
PATH_FIELD = "kept_path"
# Query parameter by which the member opens the page and lets the form go.
DISCARD_PARAM = "forget_form"
# Hidden fields that tell one form from another of the same address, where a page has one of them.
KEY_FIELDS = ("form_key", "box")
# Characters of names and values in the session: of a member's form, and of anybody else's.
MAX_MEMBER_CHARACTERS = 200_000
MAX_STRANGER_CHARACTERS = 20_000

_SECRET = re.compile(r"passw|secret|csrf|^code$|_code$|^pin|_pin$|^otp|^next$", re.I)
_RESERVED = ("login", "remember")


@dataclass
class PreservedForm:
    """A preserved form: its path (without token), fields, and names of files that were dropped."""

    path: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each field with each of its values, for hidden inputs."""
        for name, values in self.fields.items():
            for value in values:
                yield name, value

    def is_for(self, path: str) -> bool:
        """Whether the form belongs to this path; the query is not compared."""
        return urlsplit(self.path).path == path

    def is_other_than(self, sent: QueryDict) -> bool:
        """Whether what was sent to the same address has another key, so that this one still waits."""
        keys = [self.fields.get(name, []) for name in KEY_FIELDS]
        return any(keys) and keys != [sent.getlist(name) for name in KEY_FIELDS]

    def initial(self) -> dict[str, object]:
        """Its fields as a form's initial values."""
        return {name: v[0] if len(v) == 1 else v for name, v in self.fields.items()}

    def is_log_in(self) -> bool:
        """Whether it is the log-in form, which is shown anyway."""
        with no_session_prefix():
            return self.is_for(without_session_prefix(resolve_url(settings.LOGIN_URL)))


def form_from_post(request: HttpRequest) -> PreservedForm:
    """Build the form from a POST, without secrets. One that waited already keeps its path."""
    fields = {
        name: [str(value) for value in values]
        for name, values in request.POST.lists()
        if not _SECRET.search(name) and name != PATH_FIELD
    }
    path = _local_path(request.POST.get(PATH_FIELD, ""))
    if path:
        for name in _RESERVED:
            fields.pop(name, None)
    files = [
        str(getattr(upload, "name", ""))
        for _, uploads in request.FILES.lists()
        for upload in uploads
    ]
    return PreservedForm(path or _own_path(request), fields, files)


def preserve_form(
    request: HttpRequest, form: PreservedForm, *, room: int = MAX_MEMBER_CHARACTERS
) -> None:
    """Store a form in the session, as many fields as fit into `room` characters."""
    if form.is_log_in():
        return
    fitting = {}
    for name, values in form.fields.items():
        size = len(name) + sum(map(len, values))
        if size <= room:
            room -= size
            fitting[name] = values
    request.session[SESSION_KEY] = asdict(PreservedForm(form.path, fitting, form.files))


def get_preserved_form(request: HttpRequest) -> PreservedForm | None:
    """The session's preserved form, for whatever page. Marks it as shown."""
    get_request_context(request).is_preserved_form_shown = True
    return peek_preserved_form(request)


def peek_preserved_form(request: HttpRequest) -> PreservedForm | None:
    """The session's preserved form, without marking it as shown."""
    data = request.session.get(SESSION_KEY)
    return PreservedForm(**data) if data else None


def is_field_preserved(request: HttpRequest, name: str) -> bool:
    """Whether this page's preserved form has the field. Does not mark the form as shown: a view that
    cannot show such a form leaves it to `views.resend_form`."""
    form = peek_preserved_form(request)
    return form is not None and form.is_for(request.path_info) and name in form.fields


def pop_preserved_form(request: HttpRequest) -> PreservedForm | None:
    """Return the preserved form and remove it from the session."""
    form = get_preserved_form(request)
    request.session.pop(SESSION_KEY, None)
    return form


def redirect_to_preserved_form(request: HttpRequest) -> HttpResponseRedirect | None:
    """Redirect to the preserved form's page, for a log-in without `next`; None without one."""
    form = get_preserved_form(request)
    return HttpResponseRedirect(form.path) if form else None


def initial_from_preserved_form(
    request: HttpRequest, form_class: type[forms.BaseForm] | None = None
) -> dict[str, object]:
    """Initial data for this page's form if it is the preserved one; else {}.

    Browsers do not send a box that is not ticked, so a box of `form_class` that is missing is given
    back unticked, whatever the form's default: a post must not go wider than was chosen because a
    session ended in between.
    """
    form = get_preserved_form(request)
    if form is None or not form.is_for(request.path_info):
        return {}
    return ({} if form_class is None else _unticked(form_class)) | form.initial()


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


def _local_path(path: str) -> str:
    """The path, without token, if it is one of this site; else ""."""
    parts = urlsplit(path.replace("\\", "/"))
    if parts.scheme or parts.netloc or not parts.path.startswith("/"):
        return ""
    clean = without_session_prefix(parts.path)
    if clean.startswith("//"):
        return ""
    return f"{clean}?{parts.query}" if parts.query else clean
