"""A small site of its own: the sessions are tested apart from the product's pages."""

from django.contrib import admin
from django.urls import include, path

from tests.accounts.urlsession import views

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urlsession.urls")),
    path("login/", views.log_in, name="account_login"),
    path("logout/", views.log_out, name="account_logout"),
    path("note/", views.note, name="note"),
    path("mine/", views.mine, name="mine"),
    path("count/", views.count, name="count"),
    path("where/", views.where, name="where"),
    path("stream/", views.stream, name="stream"),
    path("boom/", views.boom, name="boom"),
    path("go/", views.go, name="go"),
    path("language/", views.language, name="language"),
    path("delete/", views.delete, name="delete"),
    path("outside/", views.outside, name="outside"),
    path("cookie/", views.cookie, name="cookie"),
    path("rotate/", views.rotate, name="rotate"),
    path("toggles/", views.toggles, name="toggles"),
    path("cut/", views.cut, name="cut"),
    path("public/", views.public, name="public"),
    path("oauth/take/", views.take, name="take"),
    path("q/<str:code>", views.scan, name="scan"),
    path("m/", views.home, name="front_door"),
    # Where the foot of every page leads.
    path("friends/", views.home, name="friend_list"),
    path("@<str:name>/", views.home, name="profile"),
    path("notices/", views.home, name="notice_list"),
    path("posts/new/", views.home, name="post_new"),
    path("links/", views.home, name="link_list"),
    path("groups/", views.home, name="group_list"),
    path("account/", views.home, name="security"),
    path("admin/adoption/", views.home, name="adoption"),  # where the admin's index leads
    path("admin/", admin.site.urls),
]

handler400 = "profilelink.errors.bad_request"
handler403 = "profilelink.errors.permission_denied"
handler404 = "profilelink.errors.page_not_found"
handler500 = "profilelink.errors.server_error"
