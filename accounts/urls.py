"""Addresses of people: coming in, phones, sessions, linking, friends, groups.

allauth's own addresses are listed one by one, under its names: what is not listed is not offered.
"""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
