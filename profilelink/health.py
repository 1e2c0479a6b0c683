"""Views for machines: liveness, readiness, robots.txt."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from syndication.models import Heartbeat

WORKER_SILENT_AFTER = 120  # seconds


def healthz(request: HttpRequest) -> HttpResponse:
    """Liveness: 200 without touching database or cache."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Readiness: 200 if the database answers and a worker beat within two minutes, else 503 with the reason."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        beat = Heartbeat.objects.filter(part="task").first()
    except Exception:  # whatever the driver raises, the answer is the same
        return _not_ready("database: no answer")
    if beat is None or (timezone.now() - beat.beat_at).total_seconds() > WORKER_SILENT_AFTER:
        return _not_ready("worker: silent")
    return HttpResponse("ok\n", content_type="text/plain")


def _not_ready(reason: str) -> HttpResponse:
    response = HttpResponse(f"{reason}\n", status=503, content_type="text/plain")
    response._has_been_logged = True  # type: ignore[attr-defined]  # who asks reads it; no mail to staff
    return response


def robots(request: HttpRequest) -> HttpResponse:
    """Disallow the paths that hold a token or lead to other sites."""
    lines = ["User-agent: *"]
    closed = ("/s/", "/q/", "/p/", "/i/", "/m/", "/out/", "/login/")
    lines += [f"Disallow: {path}" for path in closed]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
