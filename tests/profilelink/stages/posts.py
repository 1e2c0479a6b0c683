"""Pages of writing and changing, and of where it went."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Audience
from syndication.connectors import reasons
from syndication.delivery import planning
from syndication.models import Attempt, Delivery, DeliveryState, Link, Post, PostKind, SavedDraft
from tests.making import allow, make_post
from tests.noticing import make_notice
from tests.phone import PhoneClient
from tests.photographs import a_photo
from tests.profilelink.stages.visit import Scene, Visit


def composing(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    link = Link.objects.get(member=visit.hanako)
    allow(link, PostKind.NOTE, Audience.FRIENDS)
    phone.get(reverse("post_new"))
    visit.press(phone, "Preview", text="")
    yield "post new empty", phone
    visit.press(phone, "Preview", text="x" * 1001)
    yield "post new too long", phone
    visit.press(phone, "Preview", text="今日は晴れ☀", audience="everyone")
    yield "post preview status", phone
    visit.press(phone, "Change", "post")
    yield "post change", phone
    visit.press(phone, "Preview", text="今日は晴れ☀", audience="everyone")
    visit.press(phone, "Send", "post")
    yield "post sent", phone
    phone.get(reverse("post_new") + "?kind=note")
    visit.press(phone, "Preview", title="冬の停留所", text="雪。" * 900, audience="friends")
    yield "post preview note for friends", phone
    photo = SimpleUploadedFile("a.jpg", a_photo(), "image/jpeg")
    phone.get(reverse("post_new") + "?kind=photo")
    visit.press(phone, "Preview", text="海", photo=photo, audience="everyone")
    yield "post preview photo", phone
    visit.press(phone, "Change", "post")
    yield "post change photo", phone
    visit.press(phone, "Preview", photo_alt="波が静かな海", audience="friends")
    visit.press(phone, "Send", "post")
    yield "post photo sent", phone
    phone.get(reverse("post_new") + "?kind=photo")
    broken = SimpleUploadedFile("a.jpg", b"nothing", "image/jpeg")
    visit.press(phone, "Preview", text="海", photo=broken)
    yield "post photo broken", phone
    phone.get(reverse("post_new") + "?kind=note")
    words = {"title": "冬の停留所", "text": "雪。", "audience": "everyone"}
    visit.press(phone, "Add a photo", **words)
    yield "post note opened for a photo", phone
    for colour in ("teal", "navy", "maroon", "olive"):
        photo = SimpleUploadedFile("a.jpg", a_photo(colour=colour), "image/jpeg")
        visit.press(phone, "Add another photo", photo=photo)
    yield "post note with four photos", phone
    visit.press(phone, "Preview", photo_alt_2="波が静かな海", photo_alt_3="灯台")
    yield "post preview four photos", phone
    visit.press(phone, "Send", "post")
    yield "post four photos sent", phone
    phone.get(reverse("post_edit", args=[Post.objects.latest("pk").pk]))
    yield "post four photos edit", phone
    phone.get(reverse("post_photos", args=[Post.objects.latest("pk").pk]))
    yield "post four photos arranged", phone
    visit.press(phone, "Move up")
    yield "post four photos moved", phone
    phone.get(reverse("post_new") + "?kind=link")
    visit.press(phone, "Preview", url="ftp://example.org", text="")
    yield "post link wrong", phone


def drafting(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    phone.get(reverse("post_new") + "?kind=note")
    visit.press(phone, "Save draft", "draft")
    yield "draft of nothing", phone
    visit.press(phone, "Save draft", "draft", title="冬の停留所", text="書きかけの文。" * 30)
    yield "draft kept", phone
    draft = SavedDraft.objects.kept().latest("pk")
    phone.get(reverse("draft", args=[draft.pk]))
    yield "draft opened", phone
    phone.submit(f"1 {visit.say('Status')}")
    yield "draft as another kind", phone
    phone.get(reverse("draft_delete", args=[draft.pk]))
    yield "draft delete", phone
    visit.press(phone, "Delete the draft")
    yield "draft deleted", phone


def changing(visit: Visit) -> Scene:
    phone, link = visit.phone(visit.hanako), Link.objects.get(member=visit.hanako)
    post = make_post(author=visit.hanako, text="橋の上から見た川")
    planning.plan_deliveries(post)
    sent = Delivery.objects.filter(post=post)
    sent.update(state=DeliveryState.SENT, sent_at=timezone.now(), remote_id=f"r{post.pk}",
                remote_url="https://mixi.jp/view_voice.pl?id=1")  # fmt: skip
    Attempt.objects.create(delivery=sent.get(), number=1, doing="publish", outcome="sent",
                           started_at=timezone.now(), http_status=200, excerpt="ok")  # fmt: skip
    for name in ("post_detail", "post_edit", "post_delete", "post_deliveries", "post_send"):
        phone.get(reverse(name, args=[post.pk]))
        yield f"{name} with a copy", phone
    phone.get(reverse("post_edit", args=[post.pk]))
    visit.press(phone, "Save", text="")
    yield "post edit wrong", phone
    phone.get(reverse("post_audience", args=[post.pk]))
    visit.press(phone, "Next", audience="friends")
    yield "post audience confirm", phone
    for state in (DeliveryState.FAILED, DeliveryState.PARKED, DeliveryState.UNCONFIRMED,
                  DeliveryState.EXPIRED, DeliveryState.WAITING):  # fmt: skip
        Delivery.objects.create(
            post=make_post(author=visit.hanako, text=f"{state} 港の朝"), link=link, operation="publish",
            sequence=1, state=state, audience=Audience.EVERYONE, asked_at=timezone.now(),
            due_at=timezone.now(), tries=2, idempotency_key=f"{state}",
            reason=reasons.REFUSED,
        )  # fmt: skip
    make_notice(visit.hanako, "scope", link=link)
    phone.get(reverse("notice_list"))
    yield "notices", phone
    phone.get(reverse("delivery_list"))
    yield "deliveries of all states", phone
    stranger = PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    stranger.get(reverse("post_detail", args=[post.pk]))
    yield "post to a visitor", stranger
    stranger.get(reverse("profile", args=["hanako"]))
    yield "profile to a visitor", stranger
    Delivery.objects.all().delete()


def posts_by_me(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    phone.get(reverse("posts_by_me"))
    visit.press(phone, "Change Posts by me to Everyone")
    yield "posts by me everyone", phone
    with override(visit.language):
        before = str(Audience(visit.hanako.posts_by_me).label)
    phone.submit(visit.say("Change back to %(before)s") % {"before": before})
    yield "posts by me back", phone
