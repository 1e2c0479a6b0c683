"""The drill's own arithmetic: what it counts, and that it can find something."""

from __future__ import annotations

from dataclasses import replace

from tests.drills.counting import (
    Copy,
    Written,
    copies_received,
    count_faults,
    count_photo_faults,
    words_of_photo,
)

ONE = Written("m0", "status その1")
GONE = Written("m0", "status その2", is_deleted=True)
EDITED = Written("m0", "status その3", edits=2)


def copy(post: Written, *, is_deleted: bool = False) -> Copy:
    return Copy(post.user, post.words, is_deleted, post.edits)


def found(posts, arrived):
    return tuple(count_faults(posts, arrived).values())


def test_what_is_there_once_is_right():
    assert found([ONE, GONE], [copy(ONE), copy(GONE, is_deleted=True)]) == (0, 0, 0, 0)


def test_what_was_deleted_before_it_left_is_right():
    assert found([GONE], []) == (0, 0, 0, 0)


def test_what_is_not_there_is_missing():
    assert found([ONE, ONE], [copy(ONE)]) == (1, 0, 0, 0)


def test_one_too_many_is_doubled_also_where_it_was_taken_back():
    assert found([ONE], [copy(ONE), copy(ONE)]) == (0, 1, 0, 0)
    assert found([ONE], [copy(ONE), copy(ONE, is_deleted=True)]) == (0, 1, 0, 0)


def test_two_posts_with_the_same_words_are_two_copies():
    assert found([ONE, ONE], [copy(ONE), copy(ONE)]) == (0, 0, 0, 0)


def test_what_still_stands_of_a_deleted_post_is_left_behind_unless_it_was_told():
    assert found([GONE], [copy(GONE)]) == (0, 0, 1, 0)
    told = replace(GONE, is_told=True)
    assert found([told], [copy(told)]) == (0, 0, 0, 0)


def test_a_copy_with_other_words_than_the_last_is_stale():
    assert found([EDITED], [copy(EDITED)]) == (0, 0, 0, 0)
    assert found([EDITED], [copy(replace(EDITED, edits=1))]) == (0, 0, 0, 1)


def test_photos_are_all_there_with_their_words_in_their_order():
    first, second = ({"bytes": 100 * n, "alt": words_of_photo(n)} for n in (1, 2))
    post = replace(ONE, photos=2)

    def misplaced(*photos):
        return count_photo_faults([post], [replace(copy(post), photos=photos)])["misplaced"]

    assert misplaced(first, second) == 0
    assert misplaced("id 7", "id 8") == 0  # of a network that shows no more
    assert misplaced({**first, "alt": ""}, {**second, "alt": ""}) == 0
    assert misplaced(second, first) == 1
    assert misplaced(first) == 1
    assert misplaced(first, first) == 1
    assert misplaced({**first, "alt": second["alt"]}, {**second, "alt": first["alt"]}) == 1
    gone = replace(copy(post), is_deleted=True)
    assert count_photo_faults([post], [gone])["misplaced"] == 0


def test_the_networks_own_list_is_what_is_counted():
    entry = {"id": 7, "user": "m0", "deleted": False}
    voice = {**entry, "text": "status その7 改1 改2 http://testserver/posts/7/"}
    link = {**entry, "text": "改1 https://example.org/8"}
    diary = {**entry, "title": "note その9", "body": "note その9"}
    assert copies_received({"statuses": [voice, link], "diaries": [diary], "photos": []}) == [
        Copy("m0", "status その7", False, 2, "7"),
        Copy("m0", "https://example.org/8", False, 1, "7"),
        Copy("m0", "note その9", False, 0, "7"),
    ]
