"""What members were told, stored as English or Japanese text, becomes the code and its parameters.

A text that is neither, or that was cut at the end of its column, stays and is shown as it is.
"""

import re

from django.db import migrations

BATCH = 500  # rows

HINTS = (
    "Tick 「今後、このサービスに対して常に同意する」 there, or the access ends after six hours.",
    "むこうで「今後、このサービスに対して常に同意する」にチェックを入れてください。入れないと6時間で切れます。",
)
NOTICES = {
    "parked": (
        "%(network)s does not let us in as %(name)s any more, so your posts wait. Open Links and link it again.",
        "%(network)sに%(name)sさんとして入れなくなったため、投稿は送らずに待っています。「連携」を開いて、もう一度連携してください。",
    ),
    "scope": (
        "%(network)s needs your permission for one more thing before a post of yours can go there. Open Links, link %(name)s again and agree.",
        "%(network)sへ送るには、許可がもうひとつ必要です。「連携」を開いて、%(name)sさんをもう一度連携し、同意してください。",
    ),
    "unconfirmed": (
        "We do not know whether a post of yours arrived on %(network)s. Open Where it went, look there, and tell us: it is there, or send it again.",
        "%(network)sに投稿が届いたかどうか、わかりません。「投稿のゆくえ」を開き、むこうを見て、「届いている」か「もう一度送る」を押してください。",
    ),
    "still_out_there": (
        "Your post of %(day)s is still on %(network)s. We cannot delete it there; please do it yourself. %(address)s",
        "%(day)sの投稿が%(network)sに残っています。ここからは削除できないので、むこうで削除してください。%(address)s",
    ),
    "gone": (
        "The copy of your post of %(day)s is no longer on %(network)s, so your new words did not go there. If you want it back, send a copy: Where it went.",
        "%(day)sの投稿のコピーが%(network)sからなくなっていて、編集した内容は届きませんでした。もう一度出すには、「投稿のゆくえ」からコピーを送ってください。",
    ),
    "mail_drafts_expire": (
        "A mail for a post has waited for weeks and is thrown away in 3 days. Look under “Mails that wait” on your home page.",
        "確認待ちのメールがあり、あと3日で捨てられます。ホームの「確認待ちのメール」を見てください。",
    ),
}
REFUSALS = {
    "mail_no_room": (
        "%(count)s mails wait already. Send or throw away some of them first.",
        "確認待ちのメールがすでに%(count)s件あります。先に送信するか、捨ててください。",
    ),
    "mail_too_many": (
        "More than %(count)s mails came within an hour. Send it again later.",
        "1時間に届いたメールが%(count)s件を超えました。あとで送り直してください。",
    ),
    "mail_address_ended": (
        "This address has been ended.",
        "このアドレスは使えなくなりました。",
    ),
    "mail_too_large": (
        "A mail was larger than %(size)s. Make the photo smaller and send it again.",
        "メールが%(size)sを超えていました。写真を小さくして送り直してください。",
    ),
    "mail_too_many_parts": (
        "A mail had too many parts. Send the photo alone, with a few words.",
        "メールの添付や構成が多すぎました。写真1枚と文章だけで送り直してください。",
    ),
    "mail_empty": (
        "A mail held no words and no photo that we take.",
        "文章も、使える写真もないメールでした。",
    ),
    "mail_no_picture": (
        "This file is not a picture that can be read. Send a JPEG, PNG, GIF or WebP.",
        "写真として読めません。JPEG・PNG・GIF・WebPのどれかを送ってください。",
    ),
    "mail_too_many_pixels": (
        "This picture has too many pixels. Make it smaller and send it again.",
        "写真の画素数が多すぎます。小さくして送り直してください。",
    ),
}
UNITS = {"KB": 2**10, "MB": 2**20, "GB": 2**30}


def to_codes(apps, schema_editor):
    _notices(apps.get_model("syndication", "Notice"), apps.get_model("syndication", "Post"))
    addresses = apps.get_model("syndication", "PostAddress").objects.exclude(refused_reason="")
    for address in addresses.iterator(BATCH):
        for code in REFUSALS:
            found = _match(REFUSALS[code], address.refused_reason)
            if found is not None:
                address.refused_reason, address.refused_params = code, _numbers(found)
                address.save(update_fields=["refused_reason", "refused_params"])
                break


def _notices(Notice, Post):
    last = 0
    while True:
        rows = list(Notice.objects.exclude(text="").filter(pk__gt=last).order_by("pk")[:BATCH])
        if not rows:
            return
        last = rows[-1].pk
        posts = [post for row in rows if (post := row.incident.partition(" ")[2]).isdigit()]
        written = dict(Post.objects.filter(pk__in=posts).values_list("pk", "created_at"))
        changed = [row for row in rows if _has_params(row, written)]
        Notice.objects.bulk_update(changed, ["text", "params"])


def _has_params(row, written):
    """Put the parameters of the text into their column, and empty that of the text."""
    code, _, post = row.incident.partition(" ")
    hint = next((each for each in HINTS if row.text.endswith(f" {each}")), "")
    text = row.text.removesuffix(f" {hint}") if hint else row.text
    found = _match(NOTICES.get(code, ()), text)
    if found is None:
        return False
    params = {"hint": "tick_always"} if hint else {}
    if "day" in found:
        if int(post or 0) not in written:
            return False
        params["day"] = written[int(post)].isoformat()
    if "address" in found:
        params["address"] = found["address"]
    row.text, row.params = "", params
    return True


def _match(texts, stored):
    """What stands in the places of the parameters, where `stored` is one of `texts`; or None."""
    for text in texts:
        pattern = re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*)", re.escape(text))
        found = re.fullmatch(pattern, stored) or re.fullmatch(pattern, f"{stored} ")
        if found:
            return found.groupdict()
    return None


def _numbers(found):
    params = {}
    if "count" in found:
        params["count"] = int(re.sub(r"\D", "", found["count"]) or 0)
    if "size" in found:
        size = re.fullmatch(r"([\d.]+)\W*([KMG]B)", found["size"])
        params["size"] = int(float(size[1]) * UNITS[size[2]]) if size else 0
    return params


class Migration(migrations.Migration):
    dependencies = [
        ("syndication", "0011_notice_codes"),
    ]

    operations = [
        migrations.RunPython(to_codes, migrations.RunPython.noop),
    ]
