"""Prints the tokens that links of DATABASE_URL hold, or held until they ended, unsealed: what must be
found nowhere else."""

import django

django.setup()

from syndication.delivery import credentials  # noqa: E402
from syndication.models import Link, Revocation  # noqa: E402

links = Link.objects.exclude(sealed_credentials="")
for row in (*links, *Revocation.objects.all()):
    held = credentials.unseal_credentials(row.sealed_credentials)
    print(held.access_token)
    print(held.refresh_token)
