"""What members are told when a copy cannot go, is late or was refused: one sentence each.

Collected here so that the page layer can translate them: `gettext_noop` is the word by which
Django's makemessages finds a msgid, and changes nothing. No network is named, since the page does.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    return message


# Known before sending (Unsupported, and what a preview drops)
NOT_TO_THESE_READERS = gettext_noop("It cannot show such a post to these readers alone.")
FOLLOWERS_NOT_APPROVED = gettext_noop(
    "Anybody may follow your account there, so it would not be for friends alone. Let followers "
    "ask first, in its settings there."
)
NAMES_SOMEBODY = gettext_noop(
    "It names somebody with an @, who could read it there, too. Write the name without the @."
)
KIND_UNKNOWN = gettext_noop("It has no place for this kind of post.")
NOTHING_TO_SEND = gettext_noop("There is nothing in it that could be sent.")
TEXT_TOO_LONG = gettext_noop("The text is too long, and a copy for these readers is never cut.")
TITLE_TOO_LONG = gettext_noop("The title is too long, and a copy for these readers is never cut.")
PHOTO_MISSING = gettext_noop("There is no photo that it could take.")
PHOTOS_TOO_MANY = gettext_noop(
    "It takes fewer photos, and a copy for these readers leaves nothing out."
)
PHOTOS_LEFT_OUT = gettext_noop("Some of the photos do not fit. The copy carries the address here.")
PHOTOS_STAY_HERE = gettext_noop("Not every photo goes along.")
NO_PHOTOS = gettext_noop("It takes no photos. The copy carries the words and the address here.")
NO_PHOTOS_AT_ALL = gettext_noop(
    "It takes no photos, and a copy for these readers leaves nothing out."
)
PHOTO_DOES_NOT_FIT = gettext_noop(
    "A photo could not be made to fit there. The copy carries the address here."
)
PHOTO_FITS_NOWHERE = gettext_noop(
    "A photo could not be made to fit there, and a copy for these readers leaves nothing out."
)
ADDRESS_MISSING = gettext_noop("There is no address in it.")
ADDRESS_TOO_LONG = gettext_noop(
    "The address is too long to fit. The copy carries the address of your post here instead."
)
CANNOT_DELETE = gettext_noop("It offers no way to delete this. Please delete it there yourself.")
CANNOT_EDIT = gettext_noop("It cannot change what was sent.")
CANNOT_READ_BACK = gettext_noop("It offers no way to look whether this has arrived.")

# The access (Unauthorized)
ACCESS_EXPIRED = gettext_noop("The access has run out.")
ACCESS_GONE = gettext_noop("The access was taken back or has ended. Please link it again.")
ACCESS_TOO_NARROW = gettext_noop("The access does not cover this. Please link it again and agree.")
TICK_ALWAYS = gettext_noop(
    "Tick 「今後、このサービスに対して常に同意する」 there, or the access ends after six hours."
)
CAPTCHA = gettext_noop(
    "It wants to see that a person writes. Log in there once; then we try again by ourselves."
)
TERMS_NOT_ACCEPTED = gettext_noop(
    "You have not agreed to its terms. Log in there, then link again."
)
APP_REFUSED = gettext_noop("It does not accept this site's registration. The staff must look.")

# The answer
SLOW_DOWN = gettext_noop("It asks us to slow down.")
IN_TROUBLE = gettext_noop("It has trouble of its own at the moment.")
REFUSED = gettext_noop("It refused this.")
SAID_ALREADY = gettext_noop(
    "It has this very text already and takes no text twice. Change a word and send it again."
)
COPY_GONE = gettext_noop("The copy is no longer there: it was deleted on the network.")
NO_ANSWER = gettext_noop("No whole answer came, so it may or may not have arrived.")
PHOTO_IN_WORK = gettext_noop("It is still working on the photo.")
UNREADABLE = gettext_noop("Its answer could not be read.")

# No connection (Unreachable), by the word that accounts.safe_http gives
UNREACHABLE = gettext_noop("It could not be reached.")
NOT_SENT = {
    "dns": gettext_noop("Its address could not be found."),
    "tls": gettext_noop("Its certificate could not be checked, so nothing was sent."),
    "refused_address": gettext_noop("Its address leads to a private network, so nothing was sent."),
    "bad_address": gettext_noop("Its address is not a valid one."),
}
