from django.apps import AppConfig


class SyndicationConfig(AppConfig):
    name = "syndication"
    verbose_name = "Syndication"

    def ready(self) -> None:
        """Listen to what accounts says of linking; accounts must not know of us."""
        from syndication import receivers  # noqa: F401, PLC0415 - models are ready only now
