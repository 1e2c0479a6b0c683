"""URLs of accounts: log-in, phones, sessions, linking, friends, groups.

allauth's own addresses are listed one by one, under its names: what is not listed is not offered.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, URLResolver, path, re_path

from accounts import path_converters  # noqa: F401  registers <key:…>
from accounts.views import (
    device_login,
    display,
    friends,
    group_invitations,
    groups,
    invitations,
    language,
    link_start,
    linking,
    mail_settings,
    named_lists,
    notices,
    oauth_client,
    phone_login,
    phones,
    pin_again,
    profile,
    recovery,
    security,
    sessions,
    site_pages,
)

# allauth's pages, one by one under its names: what is not listed (log-in and sign-up by a network,
# its own linking pages) is not offered.
MEMBERS: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("signup/", account.signup, name="account_signup"),
    path("logout/", account.logout, name="account_logout"),
    path("two-step/", mfa.authenticate, name="mfa_authenticate"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("mail/sent/", account.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^mail/(?P<key>[-:\w]+)/$", account.confirm_email, name="account_confirm_email"),
    path("account/", security.security, name="security"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/mail/", security.MailAddresses.as_view(), name="account_email"),
    path("account/mail/<str:token>/", recovery.address_confirm, name="address_confirm"),
    path("account/mails/", mail_settings.mail_settings, name="mail_settings"),
    path("account/mails/test/", mail_settings.mail_test, name="mail_test"),
    path("mails/off/<str:token>/", mail_settings.mails_off, name="mails_off"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/password/set/", account.password_set, name="account_set_password"),
    path("account/two-step/", mfa.index, name="mfa_index"),
    path("account/two-step/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("account/two-step/on/", security.ActivateTOTP.as_view(), name="mfa_activate_totp"),
    path("account/two-step/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/two-step/codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "account/two-step/codes/new/",
        codes.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/two-step/codes/file/",
        codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

# Phones in by a computer, computers in by a phone. /q/, /p/ and /m/ make no session by a probe; the
# addresses that stand in a QR code and a bookmark end without slash: a redirect less.
PHONES: list[URLPattern | URLResolver] = [
    path("m/", phone_login.front_door, name="front_door"),
    path("q/", phone_login.phone_code, name="phone_code"),
    path("q/<str:code>", phone_login.phone_open, name="phone_open"),
    path("p/<str:code>", phones.pin_enter, name="pin_enter"),
    path("phones/", phones.phone_list, name="phone_list"),
    path("phones/answer/", phones.phone_answer, name="phone_answer"),
    path("phones/bookmark/", phones.phone_bookmark, name="phone_bookmark"),
    path("phones/pin/", pin_again.pin_again, name="pin_again"),
    path("phones/login/", phone_login.phone_login, name="phone_login"),
    path("account/recovery/", recovery.recovery, name="recovery"),
    path("device/", device_login.device_ask, name="device_ask"),
    path("sessions/", sessions.session_list, name="session_list"),
]

# Linking an account on a network. The way back is one fixed address for each, without token.
LINKING: list[URLPattern | URLResolver] = [
    path("links/return/", linking.link_return, name="link_return"),
    path("links/confirm/<slug:network>/", linking.link_confirm, name="link_confirm"),
    path("links/<slug:network>/", link_start.link_start, name="link_start"),
    path("links/<slug:network>/again/<key:again>/", link_start.link_start, name="link_again"),
    path("accounts/<slug:network>/login/callback/", linking.link_callback, name="link_callback"),
    path("oauth/client-metadata.json", oauth_client.oauth_client, name="oauth_client"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *MEMBERS,
    *LINKING,
    *PHONES,
    # Friends and invitations
    path("friends/", friends.friend_list, name="friend_list"),
    path("friends/find/", friends.friend_find, name="friend_find"),
    path("friends/ask/", friends.friend_ask, name="friend_ask"),
    path("friends/answer/", friends.friend_answer, name="friend_answer"),
    path("friends/invite/", invitations.invitation_new, name="invitation_new"),
    path(
        "friends/invite/<key:pk>/withdraw/",
        invitations.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("i/<str:code>", invitations.invitation_open, name="invitation_open"),
    path("friends/<slug:name>/mutual/", friends.friend_mutual, name="friend_mutual"),
    path("friends/<slug:name>/remove/", friends.friend_remove, name="friend_remove"),
    path("friends/<slug:name>/block/", friends.friend_block, name="friend_block"),
    path("friends/<slug:name>/unblock/", friends.friend_unblock, name="friend_unblock"),
    # Groups
    path("groups/", groups.group_list, name="group_list"),
    path("groups/new/", groups.group_new, name="group_new"),
    path("groups/<key:pk>/", groups.group_detail, name="group_detail"),
    path("groups/<key:pk>/invite/", group_invitations.group_invite, name="group_invite"),
    path("groups/<key:pk>/invited/", group_invitations.group_invited, name="group_invited"),
    path("groups/<key:pk>/accept/", groups.group_accept, name="group_accept"),
    path("groups/<key:pk>/decline/", groups.group_decline, name="group_decline"),
    path("groups/<key:pk>/leave/", groups.group_leave, name="group_leave"),
    path("groups/<key:pk>/close/", groups.group_close, name="group_close"),
    path("groups/<key:pk>/members/<slug:name>/", groups.group_member, name="group_member"),
    # Named lists of friends
    path("lists/", named_lists.named_list_list, name="named_list_list"),
    path("lists/new/", named_lists.named_list_new, name="named_list_new"),
    path("lists/<key:pk>/", named_lists.named_list_detail, name="named_list_detail"),
    path("lists/<key:pk>/people/", named_lists.named_list_people, name="named_list_people"),
    path("lists/<key:pk>/rename/", named_lists.named_list_rename, name="named_list_rename"),
    path("lists/<key:pk>/delete/", named_lists.named_list_delete, name="named_list_delete"),
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/<key:pk>/stop/", notices.notice_stop, name="notice_stop"),
    path("notices/clear/", notices.notice_clear, name="notice_clear"),
    # What whoever runs the site says
    path("about/", site_pages.site_page, {"name": "about"}, name="site_about"),
    path("terms/", site_pages.site_page, {"name": "terms"}, name="site_terms"),
    path("privacy-policy/", site_pages.site_page, {"name": "privacy-policy"}, name="site_privacy"),
    path("terms/agree/", site_pages.terms_agree, name="terms_agree"),
    # The member's own profile
    path("profile/", profile.profile_edit, name="profile_edit"),
    path("language/", language.language, name="language"),
    path("display/", display.display, name="display"),
]
