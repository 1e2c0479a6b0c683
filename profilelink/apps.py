from django.apps import AppConfig


class ProfileLinkConfig(AppConfig):
    name = "profilelink"
