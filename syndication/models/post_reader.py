"""The readers of a post for chosen people.

Fixed when the post is written: rows are added once, by actions.post_readers, and only removed later.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Subquery
from django.db.models.lookups import IsNull

from accounts.models import Friendship, Member


class PostReader(models.Model):
    """`reader` was chosen for `post`. The row goes with the friendship of the author with `reader`, and
    a new friendship brings none back.

    A post has rows only as long as it is for chosen people. `written_at` is the post's, so that the
    newest posts for a reader are found by an index.
    """

    post = models.ForeignKey(
        "syndication.Post", on_delete=models.CASCADE, related_name="chosen_readers"
    )
    friendship = models.ForeignKey(
        Friendship, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "reader"], name="post_reader_once"),
        ]
        indexes = [
            models.Index(fields=["reader", "-written_at", "-post"], name="post_reader_newest"),
            models.Index(
                fields=["friendship", "-written_at", "-post"], name="post_reader_of_friend"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} of post {self.post_id}"


def is_chosen_reader(viewer: Member | AnonymousUser | None, post: models.OuterRef) -> IsNull | None:
    """The condition that `viewer` was chosen for the post whose key is `post`; None for visitors."""
    if viewer is None or not viewer.is_authenticated:
        return None
    # A plain subquery: for EXISTS PostgreSQL may read all rows of the reader into a hash.
    rows = PostReader.objects.filter(post=post, reader=viewer)
    return IsNull(Subquery(rows.values("pk")[:1]), False)
