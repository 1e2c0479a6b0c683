"""Prints every row of every table of DATABASE_URL, session data decoded: for the search for secrets."""

import django
from django.db import connection

django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

with connection.cursor() as cursor:
    for table in sorted(connection.introspection.table_names(cursor)):
        cursor.execute(f'SELECT * FROM "{table}"')
        columns = [c[0] for c in cursor.description]
        for row in cursor.fetchall():
            print(table, dict(zip(columns, row, strict=True)))
            if table == "django_session":
                data = row[columns.index("session_data")]
                print("  decoded", SessionStore().decode(data))
