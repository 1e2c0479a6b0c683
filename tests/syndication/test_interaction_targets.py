"""What can be answered and liked, by where it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndication.connectors.base import Friend
from syndication.models import InteractionKind
from syndication.queries import interaction_targets
from tests.making import make_link, make_member

pytestmark = pytest.mark.django_db


def test_a_voice_on_mixi_can_be_liked_and_a_comment_only_answered() -> None:
    comment = interaction_targets.InteractionTarget(
        link=make_link(make_member("hanako")),
        target_id="reply:u-1/u-1-v-2",
        author=Friend("mixi.jp:v", "もも"),
        visibility="public",
        words="いいですね",
        url="",
        page=interaction_targets.REPLY_PAGE,
        pk=1,
    )
    voice = replace(comment, target_id="voice:u-1", page="feed_item")
    assert interaction_targets.target_refusal(voice, InteractionKind.LIKE) == ""
    assert interaction_targets.target_refusal(comment, InteractionKind.REPLY) == ""
    refusal = interaction_targets.target_refusal(comment, InteractionKind.LIKE)
    assert refusal == interaction_targets.NO_ANSWER_TO_THIS
