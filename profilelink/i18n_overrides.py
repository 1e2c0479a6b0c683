"""Messages of Django and allauth with our own translation; listed for makemessages, called by nobody.

Our catalogue wins over theirs for the same msgid.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

# Django: forms and passwords
gettext_noop("This field is required.")
gettext_noop("Enter a valid email address.")
gettext_noop("Enter a valid value.")
gettext_noop("The submitted file is empty.")
gettext_noop("This password is too common.")
ngettext_lazy(
    "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    "limit_value",
)
ngettext_lazy(
    "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
    "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    "limit_value",
)
ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
    8,
)
gettext_noop("This password is entirely numeric.")
gettext_noop("The password is too similar to the %(verbose_name)s.")
gettext_noop("A user with that username already exists.")

# allauth: log-in, mail addresses, passwords
gettext_noop("You must type the same password each time.")
gettext_noop("Please type your current password.")
gettext_noop("The new value must be different from the current one.")
gettext_noop("This email address is already associated with this account.")
gettext_noop("You cannot add more than %d email addresses.")
gettext_noop("Username can not be used. Please use other username.")
gettext_noop("Be patient, you are sending too many requests.")
gettext_noop("This account is currently inactive.")
gettext_noop("Too many failed login attempts. Try again later.")

# allauth: two-step log-in
gettext_noop("You cannot deactivate two-factor authentication.")
gettext_noop("You cannot generate recovery codes without having two-factor authentication enabled.")
gettext_noop(
    "You cannot add an email address to an account protected by two-factor authentication."
)
