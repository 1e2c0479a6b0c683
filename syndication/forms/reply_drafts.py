"""The form that sends an answer which came by mail as a comment."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from syndication.actions.reply_text import holds_reply_address
from syndication.forms.comments import CommentForm


class ReplyDraftForm(CommentForm):
    """The box for a comment. The draft's own key makes one comment of it, not the form's."""

    def clean_text(self) -> str:
        text = super().clean_text()
        if holds_reply_address(text):
            raise ValidationError(
                _("It contains one of your reply addresses. Take it out: it is a secret.")
            )
        return text
