"""Who may read what at this moment, in plain sets: it knows neither the product nor a database.

Posts and comments have numbers of their own here; what stands in a mail, on a page or in a feed names
them by `post-3.` and `said-7.`, what came from networks by `item-4.` and `back-9.`
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

EVERYONE, OF_FRIENDS, FRIENDS = "everyone", "friends_of_friends", "friends"
CHOSEN, GROUP, ONLY_ME = "chosen", "group", "only_me"
AUDIENCES = (EVERYONE, OF_FRIENDS, FRIENDS, CHOSEN, GROUP, ONLY_ME)
CIRCLES = (EVERYONE, OF_FRIENDS, FRIENDS, CHOSEN, ONLY_ME)

Key = tuple[str, object]  # of a notice: what happened, and to what


@dataclass
class WrittenPost:
    author: str
    audience: str
    chosen: set[str] = field(default_factory=set)
    was_chosen: bool = False
    is_deleted: bool = False
    is_hidden: bool = False  # by staff
    is_closed: bool = False  # to comments


@dataclass
class SaidComment:
    post: int
    writer: str
    is_hidden: bool = False  # by staff


@dataclass
class Village:
    """Who is with whom, what they wrote, said and liked, and what each was told of."""

    people: tuple[str, ...]
    gone: set[str] = field(default_factory=set)
    friends: set[frozenset[str]] = field(default_factory=set)
    blocks: set[tuple[str, str]] = field(default_factory=set)
    in_group: set[str] = field(default_factory=set)
    for_friends: set[str] = field(default_factory=set)  # whose posts only friends comment on
    posts: dict[int, WrittenPost] = field(default_factory=dict)
    comments: dict[int, SaidComment] = field(default_factory=dict)
    likes: set[tuple[int, str]] = field(default_factory=set)
    likes_taken_back: set[tuple[int, str]] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)  # by staff: they read, and send nothing
    # From networks: whose home the item is for and whose account wrote it; which post was answered.
    items: dict[int, tuple[str, str]] = field(default_factory=dict)
    backs: dict[int, tuple[int, str]] = field(default_factory=dict)
    # By person and key: what the notice tells of, where that changes; and in which order they came.
    told: dict[str, dict[Key, int]] = field(default_factory=lambda: defaultdict(dict))
    order: dict[tuple[str, Key], int] = field(default_factory=dict)
    ended_mails: set[tuple[str, str]] = field(
        default_factory=set
    )  # by "Stop": whose, and the class

    # Who may read
    def are_friends(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self.friends

    def are_apart(self, one: str, other: str) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    def is_in_audience(self, who: str, number: int) -> bool:
        """Whether `who` is one of those for whom the post is; then they read what is said about it."""
        post = self.posts[number]
        if post.is_deleted or {who, post.author} & self.gone or self.are_apart(who, post.author):
            return False
        if post.audience == GROUP:
            return who in self.in_group and (not post.is_hidden or who == post.author)
        if who == post.author:
            return True
        return not post.is_hidden and self._is_in_circle(who, post)

    def _is_in_circle(self, who: str, post: WrittenPost) -> bool:
        is_friend = self.are_friends(who, post.author)
        between = (
            self.are_friends(who, x) and self.are_friends(x, post.author) for x in self.people
        )
        return {
            EVERYONE: True,
            OF_FRIENDS: is_friend or any(between),
            FRIENDS: is_friend,
            CHOSEN: who in post.chosen,
            ONLY_ME: False,
        }[post.audience]

    def reads_post(self, who: str, number: int) -> bool:
        post = self.posts[number]
        is_own = who == post.author and who not in self.gone and not post.is_deleted
        return is_own or self.is_in_audience(who, number)

    def is_public(self, number: int) -> bool:
        post = self.posts[number]
        is_there = not post.is_deleted and not post.is_hidden and post.author not in self.gone
        return is_there and post.audience == EVERYONE

    def hears(self, who: str, speaker: str, number: int) -> bool:
        """Whether `who`, in the post's audience, finds there what `speaker` said or liked."""
        if speaker in self.gone:
            return False
        author = self.posts[number].author
        return who == speaker or not (
            self.are_apart(who, speaker) or self.are_apart(speaker, author)
        )

    def reads_comment(self, who: str, number: int) -> bool:
        said = self.comments.get(number)
        if said is None or not self.is_in_audience(who, said.post):
            return False
        return self.hears(who, said.writer, said.post) and (
            not said.is_hidden or who == said.writer
        )

    def counts_like(self, who: str, number: int, by: str) -> bool:
        is_there = (number, by) in self.likes and self.is_in_audience(who, number)
        return is_there and self.hears(who, by, number)

    def may_comment(self, who: str, number: int) -> bool:
        post = self.posts[number]
        if post.is_closed or who in self.suspended or not self.is_in_audience(who, number):
            return False
        is_limited = post.author in self.for_friends and post.audience not in (GROUP, CHOSEN)
        return not is_limited or who == post.author or self.are_friends(who, post.author)

    def reads_item(self, who: str, number: int) -> bool:
        """Whether `who` finds it on home: a block hides the accounts of the blocked one there."""
        owner, by = self.items[number]
        return who == owner and who not in self.gone and (who, by) not in self.blocks

    def reads_back(self, who: str, number: int) -> bool:
        post, by = self.backs[number]
        is_own = who == self.posts[post].author and who not in self.gone
        return is_own and not self.posts[post].is_deleted and (who, by) not in self.blocks

    # Who is told
    def tell(self, who: str, key: Key, about: int, *, is_new_again: bool = False) -> None:
        if key not in self.told[who] or is_new_again:
            self.order[who, key] = max(self.order.values(), default=0) + 1
        self.told[who][key] = about

    def clear_notices(self, who: str) -> None:
        """All up to the newest that the page shows, readable or not."""
        shown = [self.order[who, key] for key, _about in self.notices_of(who)]
        for key in [key for key in self.told[who] if self.order[who, key] <= max(shown, default=0)]:
            del self.told[who][key]

    def notices_of(self, who: str) -> set[tuple[Key, int]]:
        """What the notices tell, those left out that their member may not read now."""
        told = self.told[who].items()
        return {(key, about) for key, about in told if self._is_readable(who, key, about)}

    def _is_readable(self, who: str, key: Key, about: int) -> bool:
        code, subject = key
        if code in ("comment", "comment_after_mine"):
            return self.reads_comment(who, about)
        if code == "liked":
            others = set(self.people) - {who}
            return any(self.counts_like(who, about, one) for one in others)
        if code == "group_posts":
            newer = (n for n, post in self.posts.items() if n >= about and post.author != who)
            news = (n for n in newer if self.posts[n].audience == GROUP)
            return any(self.is_in_audience(who, n) for n in news)
        if code == "chosen_post":
            return self.posts[about].audience == CHOSEN and self.is_in_audience(who, about)
        if code == "network_reply":
            return any(
                self.reads_back(who, n) for n, (post, _by) in self.backs.items() if post == about
            )
        if code == "friend_accepted":
            return self.are_friends(who, str(subject)) and subject not in self.gone
        return True  # what staff did with one's own, and what became of one's report

    def tell_of_comment(self, number: int) -> None:
        said = self.comments[number]
        author = self.posts[said.post].author
        if said.writer != author:
            self.tell(author, ("comment", number), number)
        earlier = {one.writer for one in self.comments.values() if one.post == said.post}
        for who in earlier - {said.writer, author}:
            self.tell(who, ("comment_after_mine", said.post), number, is_new_again=True)

    def tell_of_post(self, number: int, *, is_news: bool = True) -> None:
        post = self.posts[number]
        if post.audience == GROUP:
            for who in self.in_group - {post.author}:
                first = self.told[who].get(("group_posts", ""), number)  # nobody has seen it here
                self.tell(who, ("group_posts", ""), first)
        if post.audience == CHOSEN and is_news:
            for who in post.chosen:
                self.tell(who, ("chosen_post", number), number)

    # What is done
    def like(self, who: str, number: int) -> None:
        author = self.posts[number].author
        is_first = not {(number, who)} & (self.likes | self.likes_taken_back)
        self.likes.add((number, who))
        if is_first and who != author:
            self.tell(author, ("liked", number), number)

    def unlike(self, who: str, number: int) -> None:
        if (number, who) in self.likes:
            self.likes.discard((number, who))
            self.likes_taken_back.add((number, who))

    def is_answered(self, number: int) -> bool:
        """Whether somebody else commented on it or liked it, seen by the author or not."""
        author = self.posts[number].author
        said = {one.writer for one in self.comments.values() if one.post == number}
        return bool((said | {who for post, who in self.likes if post == number}) - {author})

    def may_move(self, number: int, audience: str) -> bool:
        """Whether the post may go to `audience`: never to more readers than those who answered it knew."""
        post = self.posts[number]
        if audience == CHOSEN and post.was_chosen:
            return False
        return self.is_contained(number, audience) or not self.is_answered(number)

    def is_contained(self, number: int, audience: str) -> bool:
        now = self.posts[number].audience
        if now == GROUP:
            return audience in (GROUP, ONLY_ME)
        return audience in CIRCLES and CIRCLES.index(audience) >= CIRCLES.index(now)

    def end_friendship(self, one: str, other: str) -> None:
        self.friends.discard(frozenset((one, other)))
        for post in self.posts.values():
            if post.author in (one, other):
                post.chosen -= {one, other}

    def delete_post(self, number: int) -> None:
        self.posts[number].is_deleted = True
        self.posts[number].chosen = set()
        self.backs = {n: back for n, back in self.backs.items() if back[0] != number}

    def close(self, who: str) -> None:
        """The account is closed: with it goes all that it wrote, said and liked."""
        self.gone.add(who)
        self.in_group.discard(who)
        for other in self.people:
            self.end_friendship(who, other)
        self.blocks = {pair for pair in self.blocks if who not in pair}
        self.likes = {(post, by) for post, by in self.likes if by != who}
        for number, post in self.posts.items():
            post.chosen.discard(who)
            if post.author == who:
                self.delete_post(number)
                self.likes = {(liked, by) for liked, by in self.likes if liked != number}
        mine = [number for number, said in self.comments.items() if said.writer == who]
        for number in mine:
            del self.comments[number]
