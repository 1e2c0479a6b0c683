"""A friend asks, comments and invites; the phone goes to each of them from its notices and answers."""

from __future__ import annotations

from contextlib import closing

from tests.journey.browser import Browser
from tests.journey.people import HANAKO, Person
from tests.journey.story import NOTE_TITLE, Client, home, log_in_computer, sees
from tests.journey.world import World

FRIENDS_COMPUTER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
QUESTION = "どの停留所ですか？"
ANSWER = "円山の終点です。始発のころ"
GROUP = "写真部"  # the demo's Taro owns it, and invited Hanako
LIKED = "食パン三号機"  # a post of Taro's that nobody likes yet


def talk(phone: Client, world: World, who: Person = HANAKO) -> None:
    """After story.tell, whose note is commented on. Taro is Hanako's friend already."""
    with closing(Browser(world.site, keeps_cookies=True, agent=FRIENDS_COMPUTER)) as friend:
        log_in_computer(friend, world, "taro")
        if who is not HANAKO:
            befriend(friend, phone, who)
            invite(friend, who)
        ask_below_the_note(friend, who)
        answer(phone)
        like(phone)
        join(phone)
        open_note(friend, who)
        sees(friend, ANSWER)


def befriend(friend: Browser, phone: Client, who: Person) -> None:
    friend.open(f"/@{who.name}/")
    friend.press("Send friend request")
    open_notice(phone, "asks to be your friend")
    phone.press("Accept as a friend")


def invite(friend: Browser, who: Person) -> None:
    home(friend)
    friend.follow("2 Groups")
    friend.follow(GROUP)
    friend.follow("2 Invite a friend")
    friend.fill("A friend's name", who.name)
    friend.press("Invite")


def ask_below_the_note(friend: Browser, who: Person) -> None:
    open_note(friend, who)
    friend.follow("1 Comment")
    friend.fill("Comment", QUESTION)
    friend.press("Send")


def open_note(friend: Browser, who: Person) -> None:
    friend.open(f"/@{who.name}/")
    friend.follow(NOTE_TITLE)


def open_notice(phone: Client, words: str) -> None:
    home(phone)
    phone.follow("8 Notices")
    phone.follow(words)


def answer(phone: Client) -> None:
    open_notice(phone, "commented on your post")
    sees(phone, QUESTION)
    phone.follow("1 Comment")
    phone.fill("Comment", ANSWER)
    phone.press("Send")
    sees(phone, ANSWER)


def like(phone: Client) -> None:
    """A post of the friend's, by way of the name below the comment."""
    open_notice(phone, "commented on your post")
    phone.follow("3 佐藤")
    phone.follow(LIKED)
    phone.press("Like")
    sees(phone, "You like this")


def join(phone: Client) -> None:
    open_notice(phone, GROUP)
    phone.press("Join")
    sees(phone, "You are in", "Members")
