"""GNU social's environment variable: `GNUSOCIAL_APPS`, our registrations with its servers.

`host key secret`, comma-separated, as each server's page settings/oauthapps gives them. On a server
that is not listed we ask as StatusNet's consumer without a name, which not every server lets in.
"""

VARIABLES = {"apps": ""}
