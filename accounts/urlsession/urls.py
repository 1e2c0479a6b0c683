"""The one address of this app; without slash at the end, so that it costs no redirect."""

from django.urls import path

from accounts.urlsession.views import out

urlpatterns = [path("out/<str:ticket>", out, name="out")]
