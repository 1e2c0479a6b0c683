"""URLs of the site."""

from django.contrib import admin
from django.urls import include, path

from profilelink import health
from syndication.views import adoption

urlpatterns = [
    path("", include("accounts.urlsession.urls")),  # /out/<ticket>
    path("", include("accounts.urls")),
    path("", include("syndication.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", health.robots, name="robots"),
    path("admin/adoption/", admin.site.admin_view(adoption.adoption_page), name="adoption"),
    path(
        "admin/adoption/figures.csv",
        admin.site.admin_view(adoption.adoption_file),
        name="adoption_file",
    ),
    path("admin/", admin.site.urls),
]

handler400 = "profilelink.errors.bad_request"
handler403 = "profilelink.errors.permission_denied"
handler404 = "profilelink.errors.page_not_found"
handler500 = "profilelink.errors.server_error"
