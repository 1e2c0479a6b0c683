"""HTML frame of the sandbox's pages: plain, small, without scripts."""

from __future__ import annotations

from html import escape

from syndication.sandbox.http import Reply
from syndication.sandbox.pictures import face
from syndication.sandbox.social_graph import Account, Post, Upload

_STYLE = (
    "body{margin:0;background:#fdf8ef;color:#333;font:13px/1.6 sans-serif}"
    "h1{margin:0;padding:8px 16px;background:#c9622e;color:#fff;font-size:18px}"
    "h2{margin:16px 0 4px;border-left:6px solid #c9622e;padding-left:8px;font-size:15px}"
    "main{display:block;max-width:720px;margin:0 auto;padding:8px 16px}"
    "a{color:#7a3b1b}.one{background:#fff;border:1px solid #e4d5bd;padding:8px;margin:6px 0}"
    ".small{color:#776;font-size:11px}.gone{text-decoration:line-through;color:#998}"
    "img{max-width:240px}button{font:inherit;margin:3px 0;padding:2px 8px}"
)


def page(title: str, body: str, *, status: int = 200) -> Reply:
    """Return a page; `title` is text, `body` is HTML."""
    content = (
        '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1><main>{body}</main></body></html>"
    )
    return Reply(status, content.encode(), (("Content-Type", "text/html; charset=UTF-8"),))


def post_box(post: Post, owner: Account, body: str, *told: str) -> str:
    """Return one post with author and time; `body` is HTML, `told` further texts beside the time."""
    small = "・".join((*told[:1], f"{post.at:%m/%d %H:%M}", *told[1:]))
    return (
        f'<div class="one{" gone" if post.is_deleted else ""}"><b>{escape(owner.nickname)}</b> '
        f'{body}<span class="small">{small}</span></div>'
    )


def picture_count(post: Post) -> str:
    """Return the number of pictures, where they have no address."""
    return f"（写真{len(post.photos)}枚）" if post.photos else ""


def pictures(photos: list[Upload], place: str) -> str:
    """Return image elements for pictures below `place`."""
    return "".join(
        f'<br><img src="{escape(place + each.id)}" alt="{escape(each.alt)}">' for each in photos
    )


def portrait(path: str) -> Reply:
    """Return the face of the account in the last segment of `path`."""
    name = path.rpartition("/")[2].removesuffix(".jpg")
    return Reply(200, face(name), (("Content-Type", "image/jpeg"),))


def upload_reply(upload: Upload) -> Reply:
    """The file itself."""
    return Reply(200, upload.content, (("Content-Type", upload.content_type),))
