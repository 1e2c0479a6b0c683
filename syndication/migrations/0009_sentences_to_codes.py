"""Stored English sentences become the codes that now stand in their place.

In batches, each committed by itself, so that no lock is held for long on big tables; running it
again changes nothing. Text that is no known sentence stays and is shown as it is.
"""

from django.db import migrations
from django.db.models import Case, Max, Min, Value, When

BATCH = 10_000  # primary keys


def to_codes(apps, schema_editor):
    _replace(apps, "Delivery", "reason", CODES)
    _replace(apps, "Link", "parked_reason", CODES)
    # An attempt without an answer held our own sentence among the network's words.
    _replace(apps, "Attempt", "excerpt", CODES, into="reason")


def to_sentences(apps, schema_editor):
    sentences = {code: text for text, code in CODES.items()}
    _replace(apps, "Delivery", "reason", sentences)
    _replace(apps, "Link", "parked_reason", sentences)
    _replace(apps, "Attempt", "reason", sentences, into="excerpt", excerpt="")


def _replace(apps, model, column, found, *, into="", **only):
    """Give `into` (or `column` itself) the value that `found` has for `column`, which is emptied."""
    rows = apps.get_model("syndication", model).objects.order_by()
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["last"] is None:
        return
    told = Case(*(When(**{column: old, "then": Value(new)}) for old, new in found.items()))
    changes = {into: told, column: ""} if into else {column: told}
    for start in range(ends["first"], ends["last"] + 1, BATCH):
        batch = rows.filter(pk__gte=start, pk__lt=start + BATCH, **only)
        batch.filter(**{f"{column}__in": list(found)}).update(**changes)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("syndication", "0008_reason_codes"),
    ]

    operations = [
        migrations.RunPython(to_codes, to_sentences),
    ]


CODES = {
    "It cannot show such a post to these readers alone.": "not_to_these_readers",
    "Anybody may follow your account there, so it would not be for friends alone. Let followers ask first, in its settings there.": "followers_not_approved",
    "It names somebody with an @, who could read it there, too. Write the name without the @.": "names_somebody",
    "It has no place for this kind of post.": "kind_unknown",
    "There is nothing in it that could be sent.": "nothing_to_send",
    "The text is too long, and a copy for these readers is never cut.": "text_too_long",
    "The title is too long, and a copy for these readers is never cut.": "title_too_long",
    "There is no photo that it could take.": "photo_missing",
    "It takes fewer photos, and a copy for these readers leaves nothing out.": "photos_too_many",
    "Some of the photos do not fit. The copy carries the address here.": "photos_left_out",
    "Not every photo goes along.": "photos_stay_here",
    "It takes no photos. The copy carries the words and the address here.": "no_photos",
    "It takes no photos, and a copy for these readers leaves nothing out.": "no_photos_at_all",
    "A photo could not be made to fit there. The copy carries the address here.": "photo_does_not_fit",
    "A photo could not be made to fit there, and a copy for these readers leaves nothing out.": "photo_fits_nowhere",
    "There is no address in it.": "address_missing",
    "The address is too long to fit. The copy carries the address of your post here instead.": "address_too_long",
    "It offers no way to delete this. Please delete it there yourself.": "cannot_delete",
    "It cannot change what was sent.": "cannot_edit",
    "It offers no way to look whether this has arrived.": "cannot_read_back",
    "The access has run out.": "access_expired",
    "The access was taken back or has ended. Please link it again.": "access_gone",
    "The access does not cover this. Please link it again and agree.": "access_too_narrow",
    "Tick 「今後、このサービスに対して常に同意する」 there, or the access ends after six hours.": "tick_always",
    "It wants to see that a person writes. Log in there once; then we try again by ourselves.": "captcha",
    "You have not agreed to its terms. Log in there, then link again.": "terms_not_accepted",
    "It does not accept this site's registration. The staff must look.": "app_refused",
    "It asks us to slow down.": "slow_down",
    "It has trouble of its own at the moment.": "in_trouble",
    "It refused this.": "refused",
    "It has this very text already and takes no text twice. Change a word and send it again.": "said_already",
    "The copy is no longer there: it was deleted on the network.": "copy_gone",
    "No whole answer came, so it may or may not have arrived.": "no_answer",
    "It is still working on the photo.": "photo_in_work",
    "Its answer could not be read.": "unreadable",
    "It could not be reached.": "unreachable",
    "Its address could not be found.": "host_not_found",
    "Its certificate could not be checked, so nothing was sent.": "bad_certificate",
    "Its address leads to a private network, so nothing was sent.": "private_address",
    "Its address is not a valid one.": "bad_address",
    "A post for a group or for you alone is never sent on.": "stays_here",
    "It cannot show this kind of post to fewer people than everyone.": "no_such_readers",
    "You have not allowed this kind there. Link it again to allow it.": "not_allowed_there",
    "You turned this kind of post off for it.": "turned_off",
    "You have not allowed posts for this audience to go there.": "not_opted_in",
    "It waits until you link the account again.": "needs_you",
    "You took it back or showed it to fewer people.": "taken_back",
    "The account is no longer linked.": "unlinked",
    "The account was closed.": "account_closed",
    "The photo is no longer here.": "no_photo",
    "You changed it again before it had gone; that edit takes its place.": "replaced",
    "The copy has these words already.": "already_there",
    "It had not arrived there, so there was nothing to change.": "nothing_to_change",
    "It never told us the name of the copy. Please change it there yourself.": "no_name_to_change",
    "We tried for as long as it made sense. Try again by hand if it still fits.": "gave_up",
    "No answer came, and we cannot look there ourselves. Please look.": "ask_you",
    "No clear answer came. We look there before we send anything again.": "looking",
    "No clear answer came. In a minute we ask you to look there.": "soon_asked",
    "No clear answer came. It is sent again soon: twice is the same as once.": "again_soon",
    "It had not arrived there, so there was nothing to delete.": "nothing_to_delete",
    "It never told us the name of the copy. Please delete it there yourself.": "no_name_to_delete",
    "It became older than two days before it could go. Send it if it still fits.": "too_old",
    "The account is no longer linked, so please delete it there yourself.": "no_access_any_more",
    "The post was deleted.": "post_deleted",
    "It has moved on since you looked. See where it stands now.": "moved_on",
    "We are still finding out whether it arrived. Look again in a minute.": "we_look_first",
    "Link the account again first; then it goes by itself.": "link_first",
    "You dismissed it.": "dismissed",
    "The staff dismissed it.": "dismissed_by_staff",
    "The access ended and cannot be renewed.": "not_renewable",
    "The access to this account is being renewed.": "being_renewed",
    "We cannot open what we hold for this account. The staff must look.": "no_key_fits",
    "A copy is there already, or on its way.": "copy_there",
}
