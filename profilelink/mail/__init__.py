"""Mail that comes in: turn a raw message from a mail server into plain values for syndication.

    piped         the message and its envelope, as the mail server hands them to the command
    envelope      recipients, sender, whether a program wrote it
    mime          headers and parts, within limits; no archive is opened
    charsets      bytes to text: ISO-2022-JP, Shift_JIS, UTF-8, each with its carrier's pictograms
    reading       the message's subject, text and photo
    reply_cutting a reply to a notice, cut down to its writer's own words
    reply_reading what becomes of it: a comment, a draft or nothing
    replying      a reply to a notice becomes a comment, or a draft
    bounce_reading, bounced_notices   mails of ours that came back, and whose they were
    refusal_mails what is answered to a sender whose mail is refused
    receiving     one mail from the pipe to a draft
    intake_slots  how many mails one machine takes in at a time

Standard library parsers are kept out on purpose: `email` recurses as deep as a message nests and
looks for every open boundary on every line, which a few megabytes turn into minutes.
Here every step is one pass over bytes that are capped before.
"""
