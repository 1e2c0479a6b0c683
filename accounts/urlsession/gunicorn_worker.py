"""gunicorn's threaded worker, without the content of malformed requests in its output."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class QuietThreadWorker(ThreadWorker):
    """`worker_class` of the gunicorn configuration.

    gunicorn shows a malformed request line on its 400 page and in its error log. Where an address ends
    in such a line is not known, so its token could not be masked: only the kind of fault is named.
    """

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Any) -> None:
        """Answer and log an error outside the application."""
        super().handle_error(req, client, addr, _without_content(exc))


def _without_content(error: Exception) -> Exception:
    """Copy gunicorn's parse errors with their class's name as text; others stay."""
    error_class = type(error)
    if not error_class.__module__.startswith("gunicorn.http"):
        return error
    named: type[Exception] = type(
        error_class.__name__, (error_class,), {"__str__": lambda _self: error_class.__name__}
    )
    quiet = named.__new__(named)
    quiet.__dict__.update(error.__dict__)
    return quiet
