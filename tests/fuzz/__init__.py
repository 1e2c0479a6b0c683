"""Fuzzing what strangers' bytes reach first: the lane of old phones, forms with files, mails, HTML, texts.

    uv run --with atheris==3.0.0 python -m tests.fuzz <harness> --minutes 10

A harness is a function of bytes that fails where the product breaks a promise: an exception that nobody
documented, a character that no text may hold, more time or memory than its size allows. `limits.py` measures,
`corpus/<harness>/` keeps what was found, and `test_corpus.py` replays that with every run of the tests.
"""
