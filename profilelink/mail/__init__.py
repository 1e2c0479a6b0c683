"""Posts by mail: a raw message from a mail server as plain values for syndication.

    envelope    whom it is for, who sent it, whether a machine did
    mime        headers and parts, within limits; nothing is unpacked, no zip opened
    charsets    bytes as text: ISO-2022-JP, Shift_JIS, UTF-8, each with its carrier's pictograms
    reading     all of it together: subject, words, photo

Standard library parsers are kept out on purpose: `email` recurses as deep as a message nests and
looks for every open boundary on every line, which a few megabytes turn into minutes.
Here every step is one pass over bytes that are capped before.
"""
