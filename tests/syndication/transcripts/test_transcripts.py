"""The transcripts can be read, each of them."""

from pathlib import Path

import pytest

from tests.syndication.transcripts import HERE, load

NAMES = sorted(path.stem for path in HERE.glob("mixi/*.http"))


def test_there_is_a_file_for_each_of_a1_to_a11() -> None:
    assert set(NAMES) == {f"a{number}" for number in range(1, 12)}


@pytest.mark.parametrize("path", sorted(HERE.glob("*/*.http")), ids=lambda path: path.stem)
def test_a_transcript_has_requests_and_answers(path: Path) -> None:
    exchanges = load(path.parent.name, path.stem)
    assert exchanges
    assert all(exchange.answers for exchange in exchanges)


def test_the_lines_of_a_multipart_body_end_as_on_the_wire() -> None:
    body = load("mixi", "a9")[0].request.wire_body()
    assert body.startswith(b"--boundary20110215\r\nContent-Disposition: form-data")


def test_an_ellipsis_fits_anything_and_nothing_else_does() -> None:
    answer = load("mixi", "a9")[0].answers[1]
    assert answer.fits('{"error":"a","error_description":"b"}')
    assert not answer.fits('{"error":"a"}')
