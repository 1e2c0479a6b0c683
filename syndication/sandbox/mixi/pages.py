"""Pages for people: what mixi received, and the page of each address.

Not access-controlled: for the demo and developers. Each entry shows its audience.
"""

from __future__ import annotations

from html import escape

from syndication.sandbox.html import page
from syndication.sandbox.http import Reply, Request
from syndication.sandbox.mixi.people import face_url, profile_url
from syndication.sandbox.mixi.rows import (
    JST,
    VISIBILITIES,
    Diary,
    Entry,
    MixiAccount,
    Picture,
    Status,
)
from syndication.sandbox.mixi.state import MixiState
from syndication.sandbox.pictures import face


def mixi_overview(state: MixiState, request: Request) -> Reply:
    """`/`: what came in through the API, newest first, then what was here before."""
    root = request.root
    albums = "".join(_album(state, root, each.id) for each in state.albums.values())
    shares = "".join(
        _one(state, root, each, f'<a href="{escape(each.url)}">{escape(each.title)}</a>')
        for each in reversed(state.shares)
    )
    people = "、".join(
        f'<a href="{escape(profile_url(root, each))}">{escape(each.nickname)}</a>'
        for each in state.accounts.values()
    )
    return page(
        "mixi（サンドボックス）",
        "<p>Profile Link から届いたもの。本物のmixiではありません。 "
        f'<a href="{escape(root)}/list_connect_service.pl">連携中のサービス</a></p>'
        f"<h2>つぶやき</h2>{_voices(state, root, is_seeded=False)}"
        f"<h2>日記</h2>{_diaries(state, root, is_seeded=False)}"
        f"<h2>フォト</h2>{albums or _NOTHING}"
        f"<h2>チェック</h2>{shares or _NOTHING}"
        f"<h2>みんなの新着</h2>{_voices(state, root, is_seeded=True)}"
        f"{_diaries(state, root, is_seeded=True)}"
        f'<h2>メンバー</h2><p class="small">{people}</p>',
    )


_NOTHING = '<p class="small">まだありません。</p>'


def show_friend(state: MixiState, request: Request) -> Reply:
    """`/show_friend.pl?uid=`: a member's page."""
    account = state.accounts.get(request.query.get("uid", ""))
    if account is None:
        return missing()
    root = request.root
    mine = (each for each in state.statuses.values() if each.owner == account.id)
    voices = "".join(_voice(state, root, each) for each in reversed(list(mine)))
    diaries = "".join(
        _diary(state, root, each) for each in state.diaries.values() if each.owner == account.id
    )
    about = escape(str(account.profile.get("aboutMe", "")))
    picture = face_url(root, account, is_for_friends=True)
    return page(
        f"{account.nickname}さん",
        f'<p><img src="{escape(picture)}" alt=""></p><p>{about}</p>'
        f'<p class="small">友人 {len(account.friends)}人</p>{voices}{diaries}',
    )


def view_voice(state: MixiState, request: Request) -> Reply:
    """`/view_voice.pl?owner_id=&post_time=`: one voice."""
    query = request.query
    status = state.statuses.get(f"{query.get('owner_id')}-{query.get('post_time')}")
    return page("つぶやき", _voice(state, request.root, status)) if status else missing()


def view_diary(state: MixiState, request: Request) -> Reply:
    """`/view_diary.pl?id=&owner_id=`: one diary entry."""
    diary = state.diaries.get(request.query.get("id", ""))
    if diary is None or diary.owner != request.query.get("owner_id"):
        return missing()
    return page(diary.title, _diary(state, request.root, diary))


def view_photo(state: MixiState, request: Request) -> Reply:
    """`/view_photo.pl?owner_id=&photo_id=`: one picture."""
    picture = state.pictures.get(request.query.get("photo_id", ""))
    if picture is None:
        return missing()
    body = _one(state, request.root, picture, _image(request.root, picture))
    return page(picture.title or "フォト", body)


def view_album(state: MixiState, request: Request) -> Reply:
    """`/view_album.pl?id=&owner_id=`: one album."""
    ident = request.query.get("id", "")
    if ident not in state.albums:
        return missing()
    return page("フォトアルバム", _album(state, request.root, ident))


def photo(state: MixiState, request: Request) -> Reply:
    """`/photo/<id>.jpg` and `/photo/user/<id>_<number>.jpg`: the bytes, as long as they stand."""
    kind, _, file = request.path.removeprefix("/photo/").rpartition("/")
    ident = file.partition(".")[0].partition("_")[0]
    if kind == "user" and ident in state.accounts:
        return _bytes(face(ident), "image/jpeg")
    picture = state.pictures.get(ident)
    return _bytes(picture.content, picture.media_type) if picture else missing()


def no_image(state: MixiState, request: Request) -> Reply:
    """`/img/noimage.jpg`."""
    return _bytes(face("no image"), "image/jpeg")


def success(state: MixiState, request: Request) -> Reply:
    """`/connect_authorize_success.html`: where services without a site are sent."""
    return page("利用同意", "<p>同意しました。この画面を閉じてください。</p>")


def missing() -> Reply:
    """404 for people."""
    return page("mixi（サンドボックス）", "<p>データが見つかりません。</p>", status=404)


def _bytes(content: bytes, media_type: str) -> Reply:
    return Reply(200, content, (("Content-Type", media_type),))


def _one(state: MixiState, root: str, entry: Entry, body: str) -> str:
    """A thing with its writer, its time, its readers in words; struck through when deleted."""
    owner: MixiAccount = state.accounts[entry.owner]
    readers = VISIBILITIES[entry.visibility]
    if entry.visibility == "group" and entry.group in owner.groups:
        readers += f"（{owner.groups[entry.group].title}）"
    gone = ' <b class="small">削除済み</b>' if entry.is_deleted else ""
    return (
        f'<div class="one"><a href="{escape(profile_url(root, owner))}">{escape(owner.nickname)}</a>'
        f"<div{' class=gone' if entry.is_deleted else ''}>{body}</div>"
        f'<div class="small">{entry.at.astimezone(JST):%Y年%m月%d日 %H:%M:%S}　'
        f"{escape(readers)}{gone}</div></div>"
    )


def _voices(state: MixiState, root: str, *, is_seeded: bool) -> str:
    found = [each for each in state.statuses.values() if each.is_seeded is is_seeded]
    found.sort(key=lambda each: each.at, reverse=True)
    return "".join(_voice(state, root, each) for each in found) or _NOTHING


def _voice(state: MixiState, root: str, status: Status) -> str:
    image = _image(root, state.pictures[status.photo]) if status.photo else ""
    comments = "".join(
        f'<div class="small">　{escape(state.accounts[each.owner].nickname)}: '
        f"{escape(each.text)}</div>"
        for each in status.comments
        if not each.is_deleted
    )
    likes = f'<div class="small">イイネ！ {len(status.likes)}</div>' if status.likes else ""
    return _one(state, root, status, f"{_text(status.text)}{image}{likes}{comments}")


def _diaries(state: MixiState, root: str, *, is_seeded: bool) -> str:
    found = [each for each in state.diaries.values() if each.is_seeded is is_seeded]
    found.sort(key=lambda each: each.at, reverse=True)
    return "".join(_diary(state, root, each) for each in found) or _NOTHING


def _diary(state: MixiState, root: str, diary: Diary) -> str:
    images = "".join(_image(root, state.pictures[each]) for each in diary.photos)
    body = f"<b>{escape(diary.title)}</b><br>{_text(diary.body)}<br>{images}"
    return _one(state, root, diary, body)


def _album(state: MixiState, root: str, ident: str) -> str:
    album = state.albums[ident]
    pictures = [each for each in state.pictures.values() if each.album == ident]
    body = "".join(_one(state, root, each, _image(root, each)) for each in pictures)
    return _one(state, root, album, f"<b>{escape(album.title)}</b>{body}")


def _image(root: str, picture: Picture) -> str:
    title = f"<br>{escape(picture.title)}" if picture.title else ""
    return f'<img src="{escape(root)}/photo/{picture.id}.jpg" alt="">{title}'


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
