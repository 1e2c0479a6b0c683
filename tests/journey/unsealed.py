"""Prints the tokens that the links of DATABASE_URL hold, unsealed: what must be found nowhere else."""

import django

django.setup()

from syndication import credentials  # noqa: E402
from syndication.models import Link  # noqa: E402

for link in Link.objects.exclude(sealed_credentials=""):
    held = credentials.open_sealed(link)
    print(held.access_token)
    print(held.refresh_token)
