"""Who walks through the main job: each client as somebody else, so that all share one world."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A member here, and at mixi under the same name and password."""

    name: str
    nickname: str  # at mixi
    friends: tuple[str, ...]  # on the page of mixi friends: who is here, and who is only there
    shown: str = ""  # here, where it is not `name`

    @property
    def here(self) -> str:
        return self.shown or self.name


HANAKO = Person("hanako", "ザキ", ("taro", "yuki", "もも"), shown="花子")
# Other accounts of the sandbox; those who know Taro, so that somebody of theirs is here.
OTHERS = (
    Person("masaru", "まさる＠自転車", ("taro", "yuki", "ちぃ")),
    Person("nana", "なな☆", ("taro", "yuki", "まさる＠自転車")),
    Person("chii", "ちぃ", ("taro", "たけぞう")),
    Person("takezo", "たけぞう", ("taro", "よっしー")),
    Person("yossy", "よっしー（育休中）", ("taro", "さくら")),
    Person("sakura", "さくら♪", ("taro", "みっちー")),
)
