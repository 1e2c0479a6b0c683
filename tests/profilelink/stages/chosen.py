"""Pages of chosen people and of lists of friends."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Friendship, Member, NamedList
from tests.making import befriend, make_chosen_post, make_list, make_member, make_post
from tests.profilelink.stages.visit import Scene, Visit


def chosen_people(visit: Visit) -> Scene:
    hanako = make_member("chooser", display_name="山﨑 花子")
    alone = visit.phone(hanako)
    alone.get(reverse("post_new"))
    visit.press(alone, "Preview", text="誕生日の相談", audience="chosen")
    yield "post people without friends", alone
    alone.get(reverse("named_list_new"))
    yield "list new without friends", alone
    alone.get(reverse("named_list_list"))
    yield "lists none", alone
    people = [make_member(f"chosen{n}", display_name=f"友だち{n} 小野寺") for n in range(14)]
    for one in people:
        befriend(hanako, one)
    ticks = list(Friendship.objects.filter(member=hanako).values_list("pk", flat=True))
    phone = visit.phone(hanako)
    phone.get(reverse("post_new"))
    visit.press(phone, "Preview", text="誕生日の相談", audience="chosen")
    yield "post people", phone
    visit.press(phone, "Next")
    yield "post people none ticked", phone
    visit.press(phone, "Find", letters="x")
    yield "post people not found", phone
    visit.press(phone, "Find", letters="")
    visit.press(phone, "More names", tick=[str(key) for key in ticks[:3]])
    yield "post people more", phone
    visit.press(phone, "Next")
    yield "post preview for chosen people", phone
    visit.press(phone, "Send", "post")
    yield "post sent to chosen people", phone
    yield from _changing(visit, hanako, people)
    yield from _lists(visit, hanako, people)


def _changing(visit: Visit, hanako: Member, people: list[Member]) -> Scene:
    phone = visit.phone(hanako)
    post = make_chosen_post(hanako, *people[:12], text="誕生日の相談")
    for name in ("post_readers", "post_audience", "post_change", "comment_new"):
        phone.get(reverse(name, args=[post.pk]))
        yield f"{name} for chosen people", phone
    phone.get(reverse("post_reader_remove", args=[post.pk, people[0].username]))
    yield "post reader remove", phone
    visit.press(phone, "Take out")
    yield "post reader removed", phone
    reader = visit.phone(people[1])
    for name in ("post_detail", "comment_new"):
        reader.get(reverse(name, args=[post.pk]))
        yield f"{name} to a chosen reader", reader
    empty = make_chosen_post(hanako, text="だれも読めない")
    phone.get(reverse("post_readers", args=[empty.pk]))
    yield "post readers none", phone
    other = make_post(author=hanako, audience="friends", text="みんなへ")
    phone.get(reverse("post_audience", args=[other.pk]))
    visit.press(phone, "Next", audience="chosen")
    yield "post audience people", phone
    tick = phone.page.form("", {"tick"}).controls
    boxes = [one.value for one in tick if one.name == "tick"]
    visit.press(phone, "Next", tick=boxes[:2])
    yield "post audience confirm chosen people", phone


def _lists(visit: Visit, hanako: Member, people: list[Member]) -> Scene:
    phone = visit.phone(hanako)
    full = make_list(hanako, *people[:12], name="写真部")
    empty = make_list(hanako, name="家族")
    phone.get(reverse("named_list_list"))
    yield "lists", phone
    for name in ("detail", "people", "rename", "delete"):
        phone.get(reverse(f"named_list_{name}", args=[full.pk]))
        yield f"list {name}", phone
    phone.get(reverse("named_list_detail", args=[empty.pk]))
    yield "list empty", phone
    phone.get(reverse("named_list_new"))
    visit.press(phone, "Make the list", name="家族")
    yield "list new taken", phone
    phone.get(reverse("named_list_delete", args=[full.pk]))
    visit.press(phone, "Delete")
    yield "list deleted", phone
    phone.get(reverse("post_new") + f"?group=list_{empty.pk}")
    yield "post new for a list", phone
    NamedList.objects.all().delete()
