"""Reason codes: why a copy cannot be sent, is late or was refused. Stored as written here.

The sentences that members read are in syndication.models.reason_texts, one for each code; a test fails
where one is missing.
"""

from __future__ import annotations


class Reason(str):
    """The code of a reason. A separate type, so that no sentence can be passed instead."""

    __slots__ = ()


# Known before sending (Unsupported, and what a preview drops)
NOT_TO_THESE_READERS = Reason("not_to_these_readers")
FOLLOWERS_NOT_APPROVED = Reason("followers_not_approved")
NAMES_SOMEBODY = Reason("names_somebody")
READ_AS_COMMAND = Reason("read_as_command")
KIND_UNKNOWN = Reason("kind_unknown")
NOTHING_TO_SEND = Reason("nothing_to_send")
TEXT_TOO_LONG = Reason("text_too_long")
TITLE_TOO_LONG = Reason("title_too_long")
PHOTO_MISSING = Reason("photo_missing")
PHOTOS_TOO_MANY = Reason("photos_too_many")
PHOTOS_LEFT_OUT = Reason("photos_left_out")
PHOTOS_STAY_HERE = Reason("photos_stay_here")
NO_PHOTOS = Reason("no_photos")
NO_PHOTOS_AT_ALL = Reason("no_photos_at_all")
PHOTO_DOES_NOT_FIT = Reason("photo_does_not_fit")
PHOTO_FITS_NOWHERE = Reason("photo_fits_nowhere")
ADDRESS_MISSING = Reason("address_missing")
ADDRESS_TOO_LONG = Reason("address_too_long")
CANNOT_DELETE = Reason("cannot_delete")
CANNOT_EDIT = Reason("cannot_edit")
CANNOT_READ_BACK = Reason("cannot_read_back")
TARGET_GONE = Reason("target_gone")  # the post to be answered
TARGET_CLOSED = Reason("target_closed")  # it takes no reply of this account
STRAY_REPLY = Reason("stray_reply")  # the network put it outside of the thread

# The access (Unauthorized)
ACCESS_EXPIRED = Reason("access_expired")
ACCESS_GONE = Reason("access_gone")
ACCESS_TOO_NARROW = Reason("access_too_narrow")
TICK_ALWAYS = Reason("tick_always")
CAPTCHA = Reason("captcha")
TERMS_NOT_ACCEPTED = Reason("terms_not_accepted")
APP_REFUSED = Reason("app_refused")

# The answer
SLOW_DOWN = Reason("slow_down")
IN_TROUBLE = Reason("in_trouble")
REFUSED = Reason("refused")
TOO_LONG_THERE = Reason("too_long_there")
SAID_ALREADY = Reason("said_already")
COPY_GONE = Reason("copy_gone")
NO_ANSWER = Reason("no_answer")
PHOTO_IN_WORK = Reason("photo_in_work")
UNREADABLE = Reason("unreadable")

# No connection (Unreachable), by the word that accounts.safe_http gives
UNREACHABLE = Reason("unreachable")
NOT_SENT = {
    "dns": Reason("host_not_found"),
    "tls": Reason("bad_certificate"),
    "refused_address": Reason("private_address"),
    "bad_address": Reason("bad_address"),
}
