"""Adoption for staff: how many members, links and friends there are, week by week; as a page and as a file."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from syndication.queries import adoption as figures

WIDTH, HEIGHT = 320, 80


@dataclass(frozen=True)
class Bar:
    """A bar of a picture, from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@require_safe
def adoption_page(request: HttpRequest) -> HttpResponse:
    found = _figures(request)
    pictures = [
        {
            "title": series.title,
            "bars": _bars(series.numbers),
            "most": max((one for one in series.numbers if one), default=0),
        }
        for series in found.series
    ]
    context = {
        **admin.site.each_context(request),
        "title": _("Adoption"),
        "adoption": found,
        "legend": figures.legend(),
        "pictures": pictures,
        "width": WIDTH,
        "height": HEIGHT,
    }
    return TemplateResponse(request, "admin/syndication/adoption.html", context)


@require_safe
def adoption_file(request: HttpRequest) -> HttpResponse:
    """The page's tables as CSV, for a spreadsheet: UTF-8 with the mark that these ask for."""
    found = _figures(request)
    name = f"adoption-{found.until:%Y-%m-%d}.csv"
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
    lines = csv.writer(response)
    for table in found.tables:
        lines.writerows([[table.title], table.columns, *table.rows, []])
    lines.writerow([figures.legend()])
    return response


def _figures(request: HttpRequest) -> figures.Adoption:
    if not request.user.has_perm(figures.MAY_SEE):
        raise PermissionDenied
    return figures.adoption(timezone.localdate())


def _bars(numbers: list[int | None]) -> list[Bar]:
    """One for each week; none where the number is not shown."""
    most = max((one for one in numbers if one), default=1)
    step = WIDTH // max(len(numbers), 1)
    found = []
    for place, number in enumerate(numbers):
        if number:
            height = max(1, round(HEIGHT * number / most))
            found.append(Bar(place * step, HEIGHT - height, max(step - 2, 1), height))
    return found
