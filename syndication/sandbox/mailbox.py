"""The demo's mails, readable in the browser: `/mail/`. Files as Django's file backend writes them.

Each file holds the messages of one connection, each followed by a line of 79 hyphens.
"""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from syndication.sandbox.html import page
from syndication.sandbox.http import Reply

_END = b"\n" + b"-" * 79 + b"\n"


def mailbox_page(folder: Path | None, number: str, root: str) -> Reply:
    """Return the list of mails, newest first, or the one with `number`."""
    mails = _mails(folder) if folder else []
    if not number:
        return page("メール", _list(mails, root))
    if not number.isdigit() or int(number) >= len(mails):
        return page("メール", "<p>ありません。</p>", status=404)
    return page("メール", _one(mails[int(number)], root))


def _mails(folder: Path) -> list[EmailMessage]:
    """Return all mails, oldest first, so that a mail keeps its number."""
    mails = []
    for file in sorted(folder.glob("*.log"), key=lambda each: (each.stat().st_mtime, each.name)):
        for content in file.read_bytes().split(_END):
            if content.strip():
                mails.append(message_from_bytes(content.lstrip(b"\n"), policy=policy.default))
    return mails


def _list(mails: list[EmailMessage], root: str) -> str:
    rows = [
        f'<li><a href="{escape(root)}/mail/{number}">{escape(str(mail["Subject"]))}</a> '
        f'<span class="small">{escape(str(mail["To"]))} {escape(str(mail["Date"]))}</span></li>'
        for number, mail in enumerate(mails)
    ]
    return f"<ul>{''.join(reversed(rows))}</ul>" if rows else "<p>まだありません。</p>"


def _one(mail: EmailMessage, root: str) -> str:
    part = mail.get_body(("plain", "html"))
    text = escape(str(part.get_content()) if part else "")
    linked = re.sub(r"https?://[^\s<>]+", r'<a href="\g<0>">\g<0></a>', text)
    heads = "<br>".join(
        escape(f"{name}: {mail[name]}") for name in ("From", "To", "Subject", "Date")
    )
    return (
        f'<p class="small">{heads}</p><pre style="white-space:pre-wrap">{linked}</pre>'
        f'<p><a href="{escape(root)}/mail/">一覧へ</a></p>'
    )
