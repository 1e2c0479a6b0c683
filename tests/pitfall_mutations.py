"""Takes each fix out, one at a time, and shows that its test fails: `python -m tests.pitfall_mutations`.

Works on a copy of the tree. The fixes of cookiefree.md's pitfalls stand here, those of issue 11 in
`tests.locked_door_mutations`; arguments choose among both by their rows ("24", "probe", "no. 14").
"""

import sys

from tests.locked_door_mutations import LOCKED_DOORS
from tests.mutations import Fix, main

URL = "accounts/urlsession/"
TESTS = "tests/accounts/urlsession/"
PITFALLS = TESTS + "test_pitfalls.py::"
PAGES = TESTS + "test_pitfalls_pages.py::"
PROBE = TESTS + "test_probe.py::"
KEPT = TESTS + "test_preserved_forms.py::"
LIMITS = TESTS + "test_limits.py::"
SESSIONS = TESTS + "test_sessions.py::"
OUT = TESTS + "test_outbound.py::"
MASK = TESTS + "test_logmask.py::"

FIXES = [
    Fix(
        "1",
        "system check: STATIC_URL and MEDIA_URL are absolute",
        [
            (
                URL + "checks.py",
                "if value and not value.startswith(",
                "if False and not value.startswith(",
            )
        ],
        PITFALLS + "test_a_relative_static_url_is_refused",
    ),
    Fix(
        "2",
        "no HTML with addresses is cached",
        [("templates/404.html", "{% block content %}", "{% block content %}{% cache 60 a %}")],
        PITFALLS + "test_no_html_with_addresses_is_cached",
    ),
    Fix(
        "3",
        "mails by our adapter",
        [
            (
                "profilelink/allauth_settings.py",
                '"accounts.adapters.AccountAdapter"',
                '"allauth.account.adapter.DefaultAccountAdapter"',
            )
        ],
        PITFALLS + "test_the_reset_mail_carries_no_token",
    ),
    Fix(
        "4",
        "the prefix moves with the key",
        [
            (
                URL + "backend.py",
                'set_script_prefix(context.prefix_for(token) + "/")',
                "pass",
            )
        ],
        PITFALLS + "test_a_page_made_after_a_rotation_carries_the_new_token",
    ),
    Fix(
        "4",
        "old tokens in a Location are taken out",
        [(URL + "location.py", "without_prefix(path))", "path)")],
        PITFALLS + "test_an_old_token_in_next_leads_to_the_page_all_the_same",
    ),
    Fix(
        "5",
        "changed anonymous sessions rotate (address)",
        [(URL + "middleware.py", "        store.cycle_key()\n", "        pass\n")],
        PITFALLS + "test_a_changed_anonymous_session_rotates_on_redirect_whatever_its_path",
    ),
    Fix(
        "5",
        "changed anonymous sessions rotate (cookie)",
        [(URL + "middleware.py", "        store.cycle_key()\n", "        pass\n")],
        PITFALLS + "test_a_changed_anonymous_session_rotates_in_a_cookie_too",
    ),
    Fix(
        "6",
        "plain paths get the token",
        [(URL + "location.py", "context.prefix_for(token) + path", "context.outer + path")],
        PITFALLS + "test_inside_redirects_carry_the_token",
    ),
    Fix(
        "7",
        "redirects to other hosts go to /out/",
        [
            (
                URL + "middleware.py",
                "goes_outside = bool(goes_to) and location.is_outside(request, goes_to)",
                "goes_outside = False",
            )
        ],
        PITFALLS + "test_outside_redirects_leave_by_the_door",
    ),
    Fix(
        "7",
        "a backslash is read as a slash",
        [
            (
                URL + "location.py",
                'urlsplit(url.replace("\\\\", "/"))\n    if',
                "urlsplit(url)\n    if",
            )
        ],
        PITFALLS + "test_outside_redirects_leave_by_the_door",
    ),
    Fix(
        "8",
        "no Referer is needed under a token",
        [(URL + "csrf.py", "if context_of(request).mode is Mode.URL and", "if False and")],
        PITFALLS + "test_a_phone_without_referer_may_post_on_https",
    ),
    Fix(
        "9",
        "system check: the policy is not no-referrer",
        [(URL + "checks.py", 'if settings.SECURE_REFERRER_POLICY == "no-referrer":', "if False:")],
        PITFALLS + "test_pages_under_a_token_say_same_origin",
    ),
    Fix(
        "10",
        "outside links leave by /out/",
        [("accounts/templatetags/addresses.py", "return outside_path(url)", "return url")],
        PITFALLS + "test_outside_links_leave_by_the_door",
    ),
    Fix(
        "10",
        "/out/ is a page, not a redirect",
        [
            (
                URL + "views.py",
                'response = render(request, "out.html", {"url": row.url, "host": host})',
                'response = HttpResponse(status=302, headers={"Location": row.url, "X": str(host)})',
            )
        ],
        OUT + "test_the_page_names_the_host_alone_and_the_address_to_copy",
    ),
    Fix(
        "10",
        "no picture from elsewhere",
        [("templates/404.html", "{% block content %}", '{% block content %}<img src="//x.y/z">')],
        PITFALLS + "test_no_template_loads_pictures_or_styles_from_elsewhere",
    ),
    Fix(
        "12",
        "gunicorn believes no SCRIPT_NAME header",
        [
            (
                "profilelink/deploy/gunicorn.py",
                'forwarder_headers = ""',
                'forwarder_headers = "SCRIPT_NAME"',
            )
        ],
        PITFALLS + "test_gunicorn_believes_no_script_name_of_a_client",
    ),
    Fix(
        "13",
        "path, path_info and SCRIPT_NAME agree",
        [(URL + "resolution.py", "    request.path = prefix + request.path_info\n", "")],
        PAGES + "test_path_and_path_info_agree",
    ),
    Fix(
        "14",
        "public_url() reverses without token",
        [("accounts/public_urls.py", 'with script_prefix("/"):', "if script_prefix:")],
        "tests/accounts/test_public_urls.py::test_a_name_is_reversed_without_token",
    ),
    Fix(
        "14",
        "nothing builds absolute addresses from the request",
        [
            (
                "profilelink/errors.py",
                "    kept = _typed(request)\n",
                '    kept = _typed(request)\n    request.build_absolute_uri("/")\n',
            )
        ],
        PITFALLS + "test_no_code_builds_absolute_addresses_from_the_request",
    ),
    Fix(
        "15",
        "the 301 with a token is not kept",
        [
            (URL + "middleware.py", '"no-store, private, max-age=0"', '"private"'),
            ("profilelink/middleware/headers.py", '"no-store, private"', '"private"'),
        ],
        PAGES + "test_the_added_slash_is_not_cached",
    ),
    Fix(
        "16",
        "next carries no token",
        [(URL + "location.py", '_IN_QUERY.sub("", parts.query)', "parts.query")],
        PITFALLS + "test_next_carries_no_token",
    ),
    Fix(
        "17",
        "the prefix is reset after the request",
        [
            (
                URL + "context.py",
                "        _current.reset(reset)\n        set_script_prefix(before)\n",
                "        _current.reset(reset)\n",
            )
        ],
        PAGES + "test_the_prefix_is_reset_after_every_request",
    ),
    Fix(
        "18",
        "no_session_prefix()",
        [
            (
                URL + "context.py",
                'with script_prefix(f"{context.outer}/" if context else "/"):',
                "if True or context:",
            )
        ],
        PAGES + "test_work_that_outlives_the_request_reverses_without_token",
    ),
    Fix(
        "19",
        "the prefix is set around each chunk",
        [(URL + "middleware.py", "        with script_prefix(prefix):\n", "        if True:\n")],
        PAGES + "test_a_streamed_body_keeps_the_token",
    ),
    Fix(
        "20",
        "error pages link home with the token",
        [("templates/_error.html", "{% url 'home' %}", "/")],
        PAGES + "test_error_pages_keep_the_session",
    ),
    Fix(
        "20",
        "error pages have the headers",
        [
            (URL + "middleware.py", '"no-store, private, max-age=0"', '"private"'),
            ("profilelink/middleware/headers.py", '"no-store, private"', '"private"'),
        ],
        PAGES + "test_error_pages_keep_the_session",
    ),
    Fix(
        "21",
        "the formatter masks",
        [
            (
                URL + "logmask.py",
                "return mask(super().format(record))",
                "return super().format(record)",
            )
        ],
        MASK + "test_a_crash_under_a_token_reaches_log_and_staff_without_secrets",
    ),
    Fix(
        "21",
        "the mail handler masks",
        [(URL + "error_mails.py", "mask(str(message))", "str(message)")],
        MASK + "test_a_crash_under_a_token_reaches_log_and_staff_without_secrets",
    ),
    Fix(
        "21",
        "gunicorn's logs are masked",
        [(URL + "logmask.py", "MaskFormatter(plain._fmt, plain.datefmt)", "plain")],
        MASK + "test_the_access_log_is_masked_once_a_line",
    ),
    Fix(
        "21",
        "an encoded address is masked",
        [(URL + "logmask.py", 'if "%" in text:', 'if False and "%" in text:')],
        MASK + "test_secrets_are_masked",
    ),
    Fix(
        "21",
        "error mails are few",
        [(URL + "error_mails.py", "and self._may_be_mailed(record)", "")],
        MASK + "test_error_mails_are_few_and_say_how_many_were_kept_back",
    ),
    Fix(
        "21",
        "the subscriber's number is forgotten",
        [(URL + "middleware.py", "        forget_subscriber(request)\n", "")],
        MASK + "test_a_crash_under_a_token_reaches_log_and_staff_without_secrets",
    ),
    Fix(
        "22",
        "the language lives in the session",
        [(URL + "locale.py", "if code and", "if False and")],
        PAGES + "test_the_language_is_remembered_without_a_cookie",
    ),
    Fix(
        "24",
        "no static files under a token",
        [(URL + "conf.py", "/(admin|static|media|out)(/|$)", "/(admin)(/|$)")],
        PAGES + "test_static_files_stand_outside_of_sessions",
    ),
    Fix(
        "24",
        "static files touch no session",
        [
            (
                URL + "middleware.py",
                "if request.path_info.startswith(settings.STATIC_URL):",
                "if False:",
            )
        ],
        PAGES + "test_static_files_stand_outside_of_sessions",
    ),
    Fix(
        "26",
        "the serializer leaves a hole",
        [
            (
                URL + "serializer.py",
                'text = _PREFIX.sub(rf"\\g<1>{HOLE}", super().dumps(obj).decode("latin-1"))',
                'text = super().dumps(obj).decode("latin-1")',
            ),
            (URL + "serializer.py", "text = text.replace(token, HOLE)", "pass"),
        ],
        PAGES + "test_what_allauth_stores_carries_no_token",
    ),
    Fix(
        "27",
        "per-address limits are high",
        [("profilelink/allauth_settings.py", '"login": "600/m/ip"', '"login": "30/m/ip"')],
        PAGES + "test_thirty_members_behind_one_gateway_do_not_lock_each_other_out",
    ),
    Fix(
        "28",
        "the session list follows a rotation",
        [(URL + "backend.py", "            session_key_changed.send(", "            dict(")],
        PAGES + "test_a_rotated_session_stays_one_line_of_the_list",
    ),
    Fix(
        "29",
        "MFA trust is off",
        [
            (
                "profilelink/allauth_settings.py",
                "MFA_TRUST_ENABLED = False",
                "MFA_TRUST_ENABLED = True",
            )
        ],
        PAGES + "test_no_browser_is_trusted_by_cookie",
    ),
    Fix(
        "30",
        "no admin under a token",
        [(URL + "conf.py", "/(admin|static", "/(static")],
        PAGES + "test_there_is_no_admin_under_a_token",
    ),
    Fix(
        "32",
        "scheme and host of a Location stay",
        [(URL + "location.py", "(parts.scheme, parts.netloc, path", '("", "", path')],
        PITFALLS + "test_the_redirect_to_https_ends",
    ),
    Fix(
        "33",
        "a double tap on log-in is explained",
        [(URL + "templates/urlsession/resume.html", "{% if is_log_in %}", "{% if 0 %}")],
        PAGES + "test_a_second_tap_on_log_in_is_explained_and_the_first_stands",
    ),
    Fix(
        "34",
        "an ended session is explained",
        [
            (
                URL + "middleware.py",
                "        request.session[ENDED] = EXPOSED if was_exposed(context) else True\n",
                "        pass\n",
            )
        ],
        PAGES + "test_back_after_log_out_is_explained",
    ),
    Fix(
        "35",
        "the limit for each address",
        [(URL + "limits.py", "if surplus <= 0:", "if True:")],
        LIMITS + "test_the_oldest_session_that_holds_nothing_goes_first",
    ),
    Fix(
        "35",
        "a member's session does not count",
        [(URL + "backend.py", '            stamp["address"] = ""\n', "            pass\n")],
        LIMITS + "test_a_session_that_became_a_members_does_not_count",
    ),
    Fix(
        "35",
        "the client's address is not the client's claim",
        [
            (
                URL + "clients.py",
                "entries[-count] if 0 < count <= len(entries) else remote",
                "entries[0] or remote",
            )
        ],
        LIMITS + "test_a_client_cannot_choose_its_address",
    ),
    Fix(
        "35",
        "ended anonymous sessions are cleared",
        [(URL + "limits.py", 'ended.exclude(address_hash="").delete()', "(0, {})")],
        LIMITS + "test_what_ended_is_cleared_and_a_members_a_day_later",
    ),
    Fix(
        "modes",
        "a session belongs to one mode",
        [(URL + "backend.py", 'or stamp.get("mode") != mode', "or not stamp")],
        SESSIONS + "test_a_cookies_token_opens_nothing_in_an_address_nor_the_reverse",
    ),
    Fix(
        "modes",
        "under a token no cookie is read",
        [
            (
                URL + "resolution.py",
                '    request.COOKIES = {}\n    request.META.pop("HTTP_COOKIE", None)\n\n\ndef _set',
                "\n\ndef _set",
            )
        ],
        SESSIONS + "test_under_a_token_cookies_are_neither_read_nor_set",
    ),
    Fix(
        "modes",
        "under a token no cookie is set",
        [(URL + "middleware.py", "        response.cookies.clear()\n", "")],
        SESSIONS + "test_under_a_token_cookies_are_neither_read_nor_set",
    ),
    Fix(
        "binding",
        "an address is bound to the browser",
        [(URL + "backend.py", "mode is Mode.URL and self._client != browser", "False")],
        SESSIONS + "test_another_browser_is_not_let_in_by_the_address",
    ),
    Fix(
        "binding",
        "an address opened in another browser ends",
        [(URL + "resolution.py", "store.end_if_exposed(context.browser) and", "False and")],
        SESSIONS + "test_an_address_opened_in_another_browser_ends_there_and_here",
    ),
    Fix(
        "binding",
        "the model's name is compared",
        [(URL + "browser_names.py", "[_model(text), ", "[")],
        SESSIONS + "test_an_address_opened_in_another_browser_ends_there_and_here",
    ),
    Fix(
        "binding",
        "a dead address names its member to its own browser alone",
        [(URL + "api.py", '.get("client") != context_of(request).browser', " is None")],
        SESSIONS + "test_who_an_ended_session_was_of_is_told_once_and_to_its_own_browser",
    ),
    Fix(
        "elsewhere",
        "a link of another site enters no session",
        [
            (
                URL + "resolution.py",
                "and is_cross_site_visit(request) and not store",
                "and False and not store",
            )
        ],
        TESTS + "test_cross_site.py::test_a_link_of_another_site_into_a_live_token_is_refused",
    ),
    Fix(
        "elsewhere",
        "who came from another site and gets a session on the way is let in",
        [
            (
                URL + "middleware.py",
                "            store[TICKET] = int(time.time())\n",
                "            pass\n",
            )
        ],
        TESTS + "test_cross_site.py::test_a_link_of_another_site_to_the_site_ends_at_the_page",
    ),
    Fix(
        "elsewhere",
        "a form without session is refused to other sites",
        [
            (
                URL + "cross_site.py",
                'if request.method == "POST" and is_foreign_post(request):',
                "if False:",
            )
        ],
        "tests/accounts/test_login_csrf.py::test_what_another_site_posts_logs_nobody_in",
    ),
    Fix(
        "hash",
        "only a hash is stored",
        [
            (
                URL + "tokens.py",
                'hashlib.sha256(b"urlsession:" + token.encode()).hexdigest()[:40]',
                "token",
            )
        ],
        SESSIONS + "test_only_the_hash_is_stored_and_it_opens_nothing",
    ),
    Fix(
        "idle",
        "use moves the idle time-out on",
        [(URL + "resolution.py", "    store.touch()\n", "")],
        SESSIONS + "test_each_use_moves_the_end_on_but_not_by_a_write_each_time",
    ),
    Fix(
        "absolute",
        "twelve hours",
        [(URL + "backend.py", 'float(setting("URLSESSION_ABSOLUTE"))', 'float("inf")')],
        SESSIONS + "test_twelve_hours_end_a_session_however_busy",
    ),
    Fix(
        "take up",
        "one of many takes a session up",
        [(URL + "resolution.py", "    if not taken:\n", "    if False:\n")],
        SESSIONS + "test_of_twenty_at_once_one_takes_up_the_session",
    ),
    Fix(
        "probe",
        "the marker is bound to the browser",
        [(URL + "probe.py", "binding == _binding(context)", "binding")],
        PROBE + "test_a_marker_counts_for_its_own_browser_alone",
    ),
    Fix(
        "probe",
        "the marker lives a minute",
        [(URL + "probe.py", "max_age=SECONDS).part", "max_age=9999).part")],
        PROBE + "test_a_marker_that_is_older_than_a_minute_starts_the_probe_anew",
    ),
    Fix(
        "probe",
        "the second mismatch ends the probe",
        [(URL + "probe.py", "TRIES = 2", "TRIES = 99")],
        PROBE + "test_a_client_whose_address_changes_is_asked_twice_and_then_let_in",
    ),
    Fix(
        "probe",
        "the marker is taken out of the request",
        [(URL + "probe.py", '    request.path_info = request.META["PATH_INFO"] = found[2]\n', "")],
        PROBE + "test_the_marker_does_not_reach_views_and_forms",
    ),
    Fix(
        "probe",
        "w3m sees another path",
        [(URL + "probe.py", "{_outer(request)}/probe/{marker}{escape", "{escape")],
        PROBE + "test_no_two_redirects_in_a_row_come_from_one_path",
    ),
    Fix(
        "probe",
        "crawlers get no session",
        [
            (
                URL + "clients.py",
                "return bool(_CRAWLER.search(",
                "return False and bool(_CRAWLER.search(",
            )
        ],
        PROBE + "test_crawlers_and_link_previews_get_no_session",
    ),
    Fix(
        "probe",
        "public pages make no session",
        [
            (
                URL + "middleware.py",
                "    if context.mode is Mode.NONE:\n        if",
                "    if False:\n        if",
            )
        ],
        PROBE + "test_public_pages_neither_probe_nor_make_a_session",
    ),
    Fix(
        "probe",
        "/q/ sees no cookie",
        [
            (
                URL + "resolution.py",
                '        request.COOKIES = {}\n        request.META.pop("HTTP_COOKIE", None)\n        return\n',
                "        return\n",
            )
        ],
        PROBE + "test_phone_login_pages_see_no_cookie_and_set_none",
    ),
    Fix(
        "kept",
        "a late form is kept over log-in",
        [(URL + "resolution.py", "    preserved_forms.keep(request, form, room=room)\n", "")],
        KEPT + "test_after_log_in_the_form_is_shown_filled_and_not_sent",
    ),
    Fix(
        "kept",
        "boxes that were not ticked stay so",
        [
            (
                URL + "preserved_forms.py",
                "initial = {} if form_class is None else _unticked(form_class)",
                "initial = {}",
            )
        ],
        KEPT + "test_a_box_that_was_not_ticked_stays_so_although_the_form_would_tick_it",
    ),
    Fix(
        "kept",
        "passwords and codes are not kept",
        [(URL + "preserved_forms.py", "if not _SECRET.search(name) and", "if")],
        KEPT + "test_passwords_and_codes_are_not_kept",
    ),
    Fix(
        "kept",
        "another site's form is not given back",
        [
            (
                URL + "cross_site.py",
                "return _host(origin) not in _own_hosts(request)",
                "return False",
            )
        ],
        KEPT + "test_what_another_site_sent_is_not_given_back",
    ),
    Fix(
        "kept",
        "a second time-out loses nothing",
        [
            (
                URL + "preserved_forms.py",
                'path = _local(request.POST.get(PATH_FIELD, ""))',
                'path = ""',
            )
        ],
        KEPT + "test_a_second_time_out_on_the_log_in_page_loses_nothing",
    ),
    Fix(
        "kept",
        "a kept path is one of ours",
        [
            (
                URL + "preserved_forms.py",
                '    if parts.scheme or parts.netloc or not parts.path.startswith("/"):\n        return ""\n',
                "    if parts.scheme or parts.netloc:\n        return path\n",
            )
        ],
        KEPT + "test_a_kept_path_of_another_site_is_not_believed",
    ),
    Fix(
        "out",
        "only safe addresses",
        [(URL + "outbound.py", 'or "@" in parts.netloc', "")],
        OUT + "test_what_is_not_safe_gets_no_way_out",
    ),
    Fix(
        "out",
        "tickets are stored once for a page",
        [
            (
                URL + "outbound.py",
                "        context.outside[ticket] = address\n",
                "        store_tickets({ticket: address})\n",
            )
        ],
        OUT + "test_a_page_with_many_links_reads_once_and_writes_once",
    ),
]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], [*FIXES, *LOCKED_DOORS]))
