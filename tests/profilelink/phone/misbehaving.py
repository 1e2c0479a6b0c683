"""Pages that old gateways did not let through, for test_gateway.py. Not a part of the product."""

from __future__ import annotations

import io

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from PIL import Image

from accounts.views.uploads import accepts_files
from profilelink.errors import bad_request, page_not_found

handler400, handler404 = bad_request, page_not_found


def page(body: str) -> HttpResponse:
    return HttpResponse(f"<html lang=en><body>{body}</body></html>")


def bounce(request: HttpRequest, left: int) -> HttpResponse:
    return HttpResponseRedirect(f"/m/bounce/{left - 1}/") if left else page("here")


def heavy(request: HttpRequest, size: int) -> HttpResponse:
    return page("x" * size)


def with_picture(request: HttpRequest, kind: str) -> HttpResponse:
    return page(f'<img src="/m/picture/{kind}/" alt="">')


def picture(request: HttpRequest, kind: str) -> HttpResponse:
    out = io.BytesIO()
    Image.effect_noise((90, 90), 90).save(out, kind)
    return HttpResponse(out.getvalue(), content_type=f"image/{kind}")


def field(request: HttpRequest, name: str) -> HttpResponse:
    return page(
        f'<form action="/m/" method="post"><input name="{name}"><input type="submit"></form>'
    )


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse([b"<html lang=en>"], content_type="text/html; charset=Shift_JIS")


def long_address(request: HttpRequest) -> HttpResponse:
    return page(f'<a href="/m/{"a" * 300}">x</a>')


def search(request: HttpRequest) -> HttpResponse:
    said = ",".join(f"{name}={value}" for name, value in request.GET.items())
    return page(
        f"<p>{said}</p>"
        '<form action="/m/search/?kept=1" method="get"><input name="q"><input type="submit"></form>'
    )


@accepts_files
@csrf_exempt
def upload(request: HttpRequest) -> HttpResponse:
    files = ",".join(f"{name}:{file.name}:{file.size}" for name, file in request.FILES.items())
    said = f"[{request.content_type}] [{request.POST.get('text', '')}] [{files}]"
    return page(
        f"<p>{said}</p>"
        '<form action="/m/upload/" method="post" enctype="multipart/form-data">'
        '<textarea name="text"></textarea><input type="file" name="photo"><input type="submit"></form>'
    )


def whence(request: HttpRequest) -> HttpResponse:
    said = request.headers.get("Referer", "nothing")
    return page(f'<p>from {said}</p><a href="/m/whence/">again</a>')


def cookie(request: HttpRequest) -> HttpResponse:
    answer = page(f"cookie {request.COOKIES.get('seen', 'none')}")
    answer.set_cookie("seen", "yes")
    return answer


urlpatterns = [
    path("m/bounce/<int:left>/", bounce),
    path("m/heavy/<int:size>/", heavy),
    path("m/with/<str:kind>/", with_picture),
    path("m/picture/<str:kind>/", picture),
    path("m/field/<str:name>/", field),
    path("m/streamed/", streamed),
    path("m/long/", long_address),
    path("m/search/", search),
    path("m/upload/", upload),
    path("m/whence/", whence),
    path("m/cookie/", cookie),
]
