"""The open notices of links and mails move into the table of all notices, and back.

Their parameters become keys and codes: which post it was of stands in `detail`; when it was written and
where its copy is are read from there. Closed notices are not moved; nor are texts of before there were
codes, which name a post that cannot be found.
"""

from django.db import migrations
from django.utils.dateparse import parse_datetime

BATCH = 500  # rows
OF_ONE_POST = ("still_out_there", "gone")  # its key is the second word of the incident
COUNTED = ("undelivered", "not_changed")
CODES = ("parked", "scope", "unconfirmed", *OF_ONE_POST, *COUNTED, "mail_drafts_expire")


def move(apps, schema_editor):
    Old, New = apps.get_model("syndication", "Notice"), apps.get_model("accounts", "Notice")
    Post = apps.get_model("syndication", "Post")
    for rows in _batches(Old.objects.filter(closed_at=None)):
        made = [_moved(New, Post, row) for row in rows]
        New.objects.bulk_create([row for row in made if row], ignore_conflicts=True)


def _moved(New, Post, row):
    code = row.incident.partition(" ")[0]
    post = _post_of(Post, row, code)
    if code not in CODES or (row.text and post is None and code in (*OF_ONE_POST, *COUNTED)):
        return None
    return New(
        member_id=row.member_id,
        code=code,
        subject=row.link_id or 0,
        detail=post or 0,
        key=row.incident,
        params={name: row.params[name] for name in ("count", "reason", "hint") if name in row.params},
        created_at=row.created_at,
        mail_due_at=row.created_at,
        mailed_at=row.mailed_at,
    )


def _post_of(Post, row, code):
    """The key of the post that the notice is of, or None."""
    number = row.incident.partition(" ")[2]
    if code in OF_ONE_POST:
        return int(number) if number.isdigit() else None
    day = parse_datetime(row.params.get("day", ""))
    if day is None:
        return None
    of_day = Post.objects.filter(author=row.member_id, created_at=day)
    return of_day.values_list("pk", flat=True).first()


def move_back(apps, schema_editor):
    Old, New = apps.get_model("syndication", "Notice"), apps.get_model("accounts", "Notice")
    Post, Delivery = apps.get_model("syndication", "Post"), apps.get_model("syndication", "Delivery")
    for rows in _batches(New.objects.filter(code__in=CODES)):
        for row in rows:
            params = dict(row.params)
            written = Post.objects.filter(pk=row.detail).values_list("created_at", flat=True).first()
            if written is not None:
                params["day"] = written.isoformat()
            if row.code == "still_out_there":
                copy = Delivery.objects.filter(post=row.detail, link=row.subject, kind="publish")
                urls = copy.order_by("-sequence").values_list("remote_url", flat=True)
                params["address"] = urls.first() or ""
            old = Old.objects.create(
                member_id=row.member_id,
                link_id=row.subject or None,
                incident=row.key,
                params=params,
                mailed_at=row.mailed_at,
            )
            Old.objects.filter(pk=old.pk).update(created_at=row.created_at)
        New.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _batches(rows):
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_notice"),
        ("syndication", "0029_mark_feed_copies"),
    ]

    operations = [
        migrations.RunPython(move, move_back),
    ]
