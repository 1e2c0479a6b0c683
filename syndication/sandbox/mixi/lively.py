"""Friends who answer by themselves, for the demo, where nobody else would."""

from __future__ import annotations

from datetime import timedelta

from syndication.sandbox.mixi.reactions import add_comment
from syndication.sandbox.mixi.rows import MixiAccount, Status
from syndication.sandbox.mixi.state import MixiState

ANSWERS_AFTER = timedelta(seconds=30)
# What the two friends say; the second at which a voice was written chooses the pair.
WORDS = (
    ("わかる〜！ 今度くわしく聞かせて", "いいですね♪"),
    ("おつかれさまー", "わたしもそう思ってた！"),
    ("いいなあ、うらやましい", "また見せてください"),
)


def let_friends_answer(state: MixiState) -> None:
    """Comment on and like each voice that came through the API, once, `ANSWERS_AFTER` it came."""
    until = state.now() - ANSWERS_AFTER
    for voice in list(state.statuses.values()):
        is_new = not (voice.is_seeded or voice.is_deleted or voice.comments or voice.likes)
        if is_new and voice.at <= until:
            _answer(state, voice)


def _answer(state: MixiState, voice: Status) -> None:
    """Let two friends comment, and the first of them like it."""
    friends = _friends_who_read(state, voice)
    for friend, words in zip(friends, WORDS[voice.at.second % len(WORDS)], strict=False):
        add_comment(state, voice, friend.id, words).is_seeded = True
    voice.likes += [friend.id for friend in friends[:1]]


def _friends_who_read(state: MixiState, voice: Status) -> list[MixiAccount]:
    """The writer's friends who may read the voice, without the people who play the demo."""
    people = {person.name for person in state.world.people}
    friends = (state.accounts[key] for key in sorted(state.accounts[voice.owner].friends))
    return [one for one in friends if one.name not in people and state.can_see(one.id, voice)]
