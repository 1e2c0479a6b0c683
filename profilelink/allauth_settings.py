"""Settings of allauth that are the same on every site: log-in, sign-up, linking, second factor, rate limits.

settings.py imports all of them and adds those that depend on the site.
"""

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_FORMS = {
    "login": "accounts.forms.allauth.LoginForm",
    "signup": "accounts.forms.allauth.SignupForm",
    "add_email": "accounts.forms.allauth.AddEmailForm",
    "reset_password": "accounts.forms.allauth.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.allauth.ResetPasswordKeyForm",
    "set_password": "accounts.forms.allauth.SetPasswordForm",
    "change_password": "accounts.forms.allauth.ChangePasswordForm",
    "reauthenticate": "accounts.forms.allauth.ReauthenticateForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.actions.reset_tokens.ResetTokens"  # noqa: S105 - a class
ACCOUNT_USERNAME_MIN_LENGTH = 2
ACCOUNT_PRESERVE_USERNAME_CASING = False  # names are small letters; log-in takes any
ACCOUNT_USERNAME_VALIDATORS = "accounts.models.member.username_validators"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_MAX_EMAIL_ADDRESSES = 5  # of one member
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change of what lets somebody in is told by mail
ACCOUNT_SESSION_REMEMBER = False
# Who only borrowed a phone that is in cannot make the account theirs by a mail address of their own.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Named one by one: a new version of allauth may add ways that have no page here. Its mailed code
# ("code", on by default since 65.22) has none.
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
# Neither sign-up nor a second address says whose an address is: it joins the account when the link that
# was mailed to it is pressed, and its owner, if it has one, gets another mail (accounts/adapters.py).
ACCOUNT_PREVENT_ENUMERATION = "strict"
# Per-address limits are high, since a carrier's gateway puts many phones behind one address; what
# holds back a guesser is the limit per account, which stands in the database and not in the cache
# (accounts/actions/guesses.py).
ALLAUTH_RATE_LIMIT_IPV6_PREFIX = (
    48  # one customer may hold that much; a gateway is one address, too
)
ACCOUNT_RATE_LIMITS = {
    # Right and wrong ones: two a second, a hash each, are less than the processors of a small machine.
    "login": "120/m/ip",
    "login_failed": None,  # see above
    "signup": "60/m/ip",
    # Each sends a mail, and the time that it takes may tell whose address has an account.
    "reset_password": "60/h/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
    "confirm_email": "1/3m/key",
    "manage_email": "10/m/user",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
    # Ours. None is for all visitors together: a few addresses would silence everybody.
    "device_code": "20/10m/user",
    "link_server": "20/h/user",
    "device_ask": "60/m/ip",
    "export": "1/m/user",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # linking is never logging in
SOCIALACCOUNT_STORE_TOKENS = False  # ours are sealed, in the link's row
SOCIALACCOUNT_LOGIN_ON_GET = False
MFA_FORMS = {
    "authenticate": "accounts.forms.allauth.SecondFactorForm",
    "reauthenticate": "accounts.forms.allauth.SecondFactorAgainForm",
    "activate_totp": "accounts.forms.allauth.ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TRUST_ENABLED = False
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds: clocks of phones are off
USERSESSIONS_TRACK_ACTIVITY = False
