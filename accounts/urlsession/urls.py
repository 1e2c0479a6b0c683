"""The URL of this package, without trailing slash, which saves a redirect."""

from django.urls import path

from accounts.urlsession.views import outbound_page

urlpatterns = [path("out/<str:ticket>", outbound_page, name="out")]
