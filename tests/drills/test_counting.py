"""The drill's own arithmetic: what it counts, and that it can find something."""

from __future__ import annotations

from tests.drills.counting import Copy, Written, copies, counted

ONE = Written("m0", "status", "一")
GONE = Written("m0", "status", "二", is_deleted=True)


def copy(post: Written, *, is_deleted: bool = False) -> Copy:
    return Copy(post.user, post.kind, post.words, is_deleted)


def found(posts, arrived):
    return tuple(counted(posts, arrived).values())


def test_what_is_there_once_is_right():
    assert found([ONE, GONE], [copy(ONE), copy(GONE, is_deleted=True)]) == (0, 0, 0)


def test_what_was_deleted_before_it_left_is_right():
    assert found([GONE], []) == (0, 0, 0)


def test_what_is_not_there_is_missing():
    assert found([ONE, ONE], [copy(ONE)]) == (1, 0, 0)


def test_one_too_many_is_doubled_also_where_it_was_taken_back():
    assert found([ONE], [copy(ONE), copy(ONE)]) == (0, 1, 0)
    assert found([ONE], [copy(ONE), copy(ONE, is_deleted=True)]) == (0, 1, 0)


def test_two_posts_with_the_same_words_are_two_copies():
    assert found([ONE, ONE], [copy(ONE), copy(ONE)]) == (0, 0, 0)


def test_what_still_stands_of_a_deleted_post_is_left_behind_unless_it_was_told():
    assert found([GONE], [copy(GONE)]) == (0, 0, 1)
    told = Written("m0", "status", "二", is_deleted=True, is_told=True)
    assert found([told], [copy(told)]) == (0, 0, 0)


def test_the_networks_own_list_is_what_is_counted():
    entry = {"user": "m0", "deleted": False, "text": "一", "title": "日記"}
    assert copies({"statuses": [entry], "diaries": [entry], "photos": []}) == [
        Copy("m0", "status", "一", False),
        Copy("m0", "note", "日記", False),
    ]
