"""Seed data of mixi: accounts, friendships, recent posts."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from syndication.sandbox.mixi.rows import Comment, Diary, Group, MixiAccount, Picture, Status
from syndication.sandbox.mixi.state import MixiState
from syndication.sandbox.network import Person
from syndication.sandbox.pictures import face

# Login name: id and number of the picture. The rest get theirs from their name.
_KNOWN = {
    "hanako": ("ezkjdy9s8rwsc", 908263351),
    "momo": ("6syksi5ctrp", 1120034518),
    "kei": ("8nhyg46freg7m", 1483702073),
}
_ONLY_HERE = {
    "momo": "もも",
    "kenji": "けんじ＠札幌",
    "kei": "Kei",
    "mitchi": "みっちー",
    "sakura": "さくら♪",
    "yossy": "よっしー（育休中）",
    "takezo": "たけぞう",
    "chii": "ちぃ",
    "masaru": "まさる＠自転車",
    "nana": "なな☆",
}
_PROFILES: dict[str, dict[str, Any]] = {
    "hanako": {
        "aboutMe": "写真と散歩と猫。更新はのんびりです。",
        "gender": "female",
        "birthday": "1984-05-12",
        "bloodType": "A",
        "occupation": "図書館司書",
        "name": {"givenName": "花子", "familyName": "山崎"},
        "addresses": [
            {"type": "location", "region": "東京都", "locality": "国分寺市"},
            {"type": "hometown", "region": "長野県", "locality": "松本市"},
        ],
        "interests": ["カメラ", "読書", "お菓子作り"],
    },
    "taro": {"aboutMe": "ラーメンと自転車。", "gender": "male", "bloodType": "O"},
    "yuki": {"aboutMe": "雪国在住。温泉めぐりが趣味です♨", "gender": "female"},
}
# Who, minutes ago, text.
_VOICES = (
    ("momo", 12, "駅前のパン屋さん、新しいメロンパンが出てた！"),
    ("kenji", 47, "札幌、もう雪虫が飛んでる…冬が来るなあ[i:3]"),
    ("kei", 95, "あー膝枕されたい"),
    ("taro", 160, "昼は環七の味噌ラーメン。並んだ甲斐あり。"),
    ("sakura", 300, "今日のお弁当、卵焼きがきれいに巻けた♪"),
    ("yossy", 420, "娘がはじめて「パパ」って言った（気がする）"),
    ("yuki", 600, "露天風呂から見る星がすごい"),
    ("masaru", 1500, "奥多摩まで往復120km。足が終わった。"),
    ("chii", 2900, "積ん読がまた三冊ふえた"),
)
# Who, hours ago, title, body, visibility.
_DIARIES = (
    (
        "mitchi",
        5,
        "衣替えと発掘",
        "衣替えをしていたら、10年前に使っていたケータイが出てきました。\n"
        "充電したらまだ動く！ 写真フォルダが宝の山でした。",
        "friends",
    ),
    (
        "takezo",
        26,
        "町内運動会の記録",
        "玉入れ、綱引き、リレー。リレーで転んだのは私です。\n応援してくれた皆さん、ありがとう。",
        "everyone",
    ),
    ("nana", 70, "引っ越しました", "新しい街にも少しずつ慣れてきました。", "friends_of_friends"),
)
_ALPHABET = "abcdefghijkmnpqrstuvwxyz0123456789"


def seed_mixi(state: MixiState) -> None:
    """Create all accounts and posts."""
    for person in state.world.people:
        add_account(state, person)
    password = state.world.people[0].password if state.world.people else ""
    for name, nickname in _ONLY_HERE.items():
        add_account(state, Person(name, nickname, password))
    _befriend_all(state)
    _write(state)


def add_account(state: MixiState, person: Person) -> MixiAccount:
    """One account, with the id and the face that its name gives."""
    digest = hashlib.sha256(person.name.encode()).digest()
    number = int.from_bytes(digest[:4], "big")
    made_up = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[4:17])
    ident, face_number = _KNOWN.get(person.name, (made_up, number))
    account = MixiAccount(
        id=ident,
        name=person.name,
        nickname=person.nickname,
        mail=f"{person.name}@mixi.example",
        face=face_number,
        password=person.password,
        has_private_face=person.name == "sakura",
        profile=dict(_PROFILES.get(person.name, {})),
    )
    state.accounts[account.id] = account
    return account


def add_friends(state: MixiState, name: str, count: int) -> None:
    """So many more friends for the account called `name`, for lists of several pages."""
    owner = state.named(name)
    for number in range(count):
        person = Person(f"{name}-friend-{number:03}", f"友人{number:03}", owner.password)
        befriend(owner, add_account(state, person))


def befriend(one: MixiAccount, other: MixiAccount) -> None:
    """Both ways, as mixi has it."""
    one.friends.add(other.id)
    other.friends.add(one.id)


def _befriend_all(state: MixiState) -> None:
    """The first member knows all; the others know each other and some; mixi's know neighbours."""
    accounts = list(state.accounts.values())
    members = accounts[: len(state.world.people)]
    rest = accounts[len(members) :]
    for index, member in enumerate(members):
        for other in members[index + 1 :] + rest[index * 4 :]:
            befriend(member, other)
        group = Group("10", "テニス", {each.id for each in rest[:3]} & member.friends)
        member.groups = {"10": group, "11": Group("11", "家族")}
        member.top_friends = {each.id for each in rest[:5]} & member.friends
    for one, other in zip(rest, rest[1:], strict=False):
        befriend(one, other)


def _write(state: MixiState) -> None:
    now = state.now().replace(microsecond=0)
    for name, minutes, text in _VOICES:
        owner = next((each for each in state.accounts.values() if each.name == name), None)
        if owner is None:
            continue
        status = Status(owner.id, now - timedelta(minutes=minutes), "friends", text=text)
        status.is_seeded = True
        state.statuses[status.id] = status
    for name, hours, title, body, visibility in _DIARIES:
        owner = state.named(name)
        diary = Diary(owner.id, now - timedelta(hours=hours), visibility, title=title, body=body)
        diary.id, diary.is_seeded = str(17210000 + hours), True
        picture = Picture(owner.id, diary.at, visibility, content=face(title), is_seeded=True)
        picture.id = str(17220000 + hours)
        state.pictures[picture.id] = picture
        diary.photos.append(picture.id)
        state.diaries[diary.id] = diary
    _chat(state)


def _chat(state: MixiState) -> None:
    """A comment and likes on one of the voices, from friends of its writer."""
    momo, kenji = state.named("momo"), state.named("kenji")
    voice = next(each for each in state.statuses.values() if each.owner == momo.id)
    at = voice.at + timedelta(minutes=4)
    text = "いいなあ、こっちにも支店ほしい"
    comment = Comment(kenji.id, at, voice.visibility, post=voice.id, text=text, is_seeded=True)
    voice.comments.append(comment)
    voice.likes.append(kenji.id)
