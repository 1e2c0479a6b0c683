"""Takes the fixes of issue 11 out: part of `python -m tests.pitfall_mutations`, by the issue's numbers.

Of numbers 5 to 8 and 11 more stands there, under "elsewhere", "binding" and "21".
"""

from tests.mutations import Fix

ACTIONS = "accounts/actions/"
URL = "accounts/urlsession/"
TESTS = "tests/accounts/"
SITE = "tests/profilelink/"
GUESSES = TESTS + "test_guesses.py::"
TYPED = TESTS + "test_phone_login_attacks.py::"
CSRF = TESTS + "test_login_csrf.py::"
SESSION_TESTS = TESTS + "urlsession/"
PIN = TESTS + "test_pin.py::"
MIXUP = TESTS + "test_linking_mixup.py::"
ISSUERS = TESTS + "test_linking_issuers.py::"
MASTODON = "accounts/providers/mastodon/"


def _fix(number: int, what: str, edit: tuple[str, str, str], test: str) -> Fix:
    return Fix(f"no. {number}", what, [edit], test)


LOCKED_DOORS = [
    _fix(
        1,
        "the cache drops expired rows only",
        ("profilelink/cache.py", "WHERE expires < %s LIMIT", "WHERE expires <> %s LIMIT"),
        SITE + "test_cache.py::test_other_rows_push_no_limit_out",
    ),
    _fix(
        1,
        "guesses at passwords stand in the database",
        (
            "accounts/adapters.py",
            "            guesses.claim(guesses.PASSWORD, accounts)",
            "            pass",
        ),
        GUESSES + "test_a_lost_cache_does_not_open_an_account_to_more_guesses",
    ),
    _fix(
        1,
        "strangers' names share buckets",
        (ACTIONS + "guesses.py", 'return f"nobody {_bucket(name, NOBODY_BUCKETS)}"', "return name"),
        GUESSES + "test_strangers_make_a_bounded_number_of_rows",
    ),
    _fix(
        1,
        "a Redis that evicts is an error",
        ("profilelink/checks.py", "if found != _KEEPS_ALL:", "if False:"),
        SITE + "test_cache.py::test_a_redis_that_evicts_is_an_error",
    ),
    _fix(
        2,
        "multipart is read only where a form takes files",
        ("profilelink/multipart.py", "if is_unexpected_multipart(request):", "if False:"),
        SITE + "test_multipart.py::test_multipart_is_refused_unread_where_no_form_takes_files",
    ),
    _fix(
        2,
        "the lane for old phones reads none either",
        ("profilelink/phone/middleware.py", " and not is_unexpected_multipart(request)", ""),
        SITE + "test_multipart.py::test_multipart_is_refused_unread_where_no_form_takes_files",
    ),
    _fix(
        2,
        "fields of old phones are counted before they are split",
        (
            "profilelink/phone/request_transcoding.py",
            'if raw.count(b"&") >=',
            'if False and raw.count(b"&") >=',
        ),
        SITE + "phone/test_lane.py::test_what_no_form_takes_is_refused_before_it_is_taken_apart",
    ),
    _fix(
        2,
        "what decoding takes is known before",
        ("accounts/media/picture_decoding.py", "if cost > BUDGET:", "if False:"),
        TESTS + "test_picture_decoding.py::test_no_picture_takes_much_memory",
    ),
    _fix(
        2,
        "one picture at a time",
        ("accounts/media/picture_decoding.py", "with _one_at_a_time:", "if True:"),
        TESTS + "test_picture_decoding.py::test_many_pictures_at_once_take_no_more_memory_than_one",
    ),
    _fix(
        2,
        "a stranger's late form has little room",
        (
            URL + "resolution.py",
            "kept.LARGEST if ended_row(context) else kept.LARGEST_OF_STRANGERS",
            "kept.LARGEST",
        ),
        SESSION_TESTS + "test_preserved_forms.py::test_who_was_nobody_gets_a_tenth_of_the_room",
    ),
    _fix(
        2,
        "an address keeps so many computers' codes",
        (ACTIONS + "device_login.py", "    _make_room(address)\n", ""),
        TESTS + "test_device_login.py::test_one_address_keeps_so_many_codes_and_the_newest_work",
    ),
    _fix(
        3,
        "https without a known proxy is an error",
        (
            "profilelink/checks.py",
            'startswith("https://") or settings',
            'startswith("http") or settings',
        ),
        SITE + "test_cache.py::test_https_without_a_known_proxy_is_an_error",
    ),
    _fix(
        3,
        "sessions that hold nothing go first",
        (
            URL + "limits.py",
            'order_by("-is_empty", "expire_date")',
            'order_by("is_empty", "-expire_date")',
        ),
        SESSION_TESTS + "test_limits.py::test_the_oldest_session_that_holds_nothing_goes_first",
    ),
    _fix(
        3,
        "wrong typed codes are counted for each address",
        (
            "accounts/views/phone_login.py",
            "account_of_network(client_address(request))",
            'account_of_network("192.0.2.1")',
        ),
        TYPED + "test_a_few_addresses_do_not_silence_everybody",
    ),
    _fix(
        3,
        "a /48 is one address",
        (ACTIONS + "guesses.py", "network.supernet(new_prefix=48)", "network"),
        TYPED + "test_an_ipv6_48_is_one_address",
    ),
    _fix(
        3,
        "codes are too long to be hit",
        ("accounts/crypto/codes.py", "TYPED_LENGTH = 10", "TYPED_LENGTH = 8"),
        TYPED + "test_the_chance_of_a_hit_is_below_one_in_a_thousand_a_day",
    ),
    _fix(
        4,
        "passwords at /device/ count with those of the log-in",
        (ACTIONS + "device_login.py", "    guesses.claim(guesses.PASSWORD, [account])\n", ""),
        TESTS
        + "test_device_login.py::test_passwords_guessed_here_count_with_those_at_the_log_in_and_the_member_is_told",
    ),
    _fix(
        4,
        "the member is told of them",
        ("accounts/views/device_login.py", "if wrong.is_last:", "if False:"),
        TESTS + "test_device_login.py::test_five_wrong_ones_at_one_code_are_told_by_mail",
    ),
    _fix(
        5,
        "a browser with a member is asked before it goes on as another",
        ("accounts/views/changing_member.py", "if key is None or here is None or", "if True or"),
        CSRF + "test_a_browser_with_a_member_is_asked_before_it_goes_on_as_another",
    ),
    _fix(
        6,
        "a dead address is refused to other sites alike",
        (URL + "resolution.py", "if not is_open and is_cross_site_visit(request):", "if False:"),
        SESSION_TESTS + "test_cross_site.py::test_a_dead_address_is_refused_alike",
    ),
    _fix(
        6,
        "a ticket lasts a minute",
        (URL + "backend.py", "TICKET_SECONDS = 60", "TICKET_SECONDS = 6000"),
        SESSION_TESTS + "test_cross_site.py::test_a_ticket_lasts_a_minute",
    ),
    _fix(
        7,
        "versions are not compared",
        (URL + "browser_names.py", 'word.partition("/")[0] for word', "word for word"),
        SESSION_TESTS
        + "test_browser_names.py::test_an_update_or_a_setting_leaves_it_the_same_browser",
    ),
    _fix(
        7,
        "the member is told of an exposed address",
        (
            URL + "resolution.py",
            "            _tell_exposed(request, store)\n",
            "            pass\n",
        ),
        PIN + "test_the_member_is_told_of_an_address_opened_elsewhere_and_the_phone_goes_on_by_pin",
    ),
    _fix(
        8,
        "own browser alone",
        (URL + "api.py", '.get("client") != context_of(request).browser', " is None"),
        PIN + "test_a_dead_address_names_nobody_in_another_browser",
    ),
    _fix(
        8,
        "a dead address asks for the PIN once",
        (URL + "api.py", "Session.objects.filter(pk=row.pk).delete()", "1, None"),
        PIN + "test_a_dead_address_asks_for_the_pin_once",
    ),
    _fix(
        9,
        "a short secret stops the start",
        ("profilelink/required_secrets.py", "if len(value) < MINIMUM_LENGTH:", "if False:"),
        SITE + "test_settings.py::test_an_empty_or_short_secret_stops_the_start_by_name",
    ),
    _fix(
        9,
        "mails in the log are an error",
        ("profilelink/mail_checks.py", "if backend == _CONSOLE:", "if False:"),
        SITE + "test_settings.py::test_a_check_says_where_mails_go",
    ),
    _fix(
        9,
        "the example writes mails to no log",
        (".env.example", "EMAIL_URL=\n", "EMAIL_URL=consolemail://\n"),
        SITE + "test_settings.py::test_the_example_writes_mails_to_no_log",
    ),
    _fix(
        10,
        "the demo refuses a database of a real site",
        (
            "profilelink/management/commands/demo.py",
            "if not mine.is_set and _has_members():",
            "if False:",
        ),
        SITE + "test_demo.py::test_a_database_of_a_real_site_is_refused",
    ),
    _fix(
        11,
        "gunicorn repeats nothing that it cannot read",
        (URL + "gunicorn_worker.py", "_without_content(exc))", "exc)"),
        SITE + "test_gunicorn_logs.py::test_what_gunicorn_cannot_read_is_repeated_nowhere",
    ),
    _fix(
        11,
        "a client's fault is one line",
        (URL + "logmask.py", "if is_clients_fault(record) and", "if False and"),
        SITE + "test_gunicorn_logs.py::test_a_foreign_host_costs_one_line_and_no_mail",
    ),
    _fix(
        12,
        "the image runs unprivileged",
        ("profilelink/deploy/Dockerfile", "USER profilelink\n", ""),
        SITE + "test_image.py::test_the_image_runs_unprivileged_and_installs_nothing_at_a_start",
    ),
    _fix(
        12,
        "check --deploy is clean",
        (
            "profilelink/settings.py",
            "SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0",
            "SECURE_HSTS_SECONDS = 0",
        ),
        SITE + "test_image.py::test_check_deploy_has_nothing_to_say",
    ),
    _fix(
        13,
        "a number that no column holds is 404",
        ("accounts/path_converters.py", "[0-9]{1,18}", "[0-9]+"),
        SITE + "test_numbers_in_addresses.py::test_every_route_with_a_number_answers_404",
    ),
    _fix(
        13,
        "link titles and pictures reach no private host",
        (
            "accounts/outgoing.py",
            "(*settings.ALLOWED_PRIVATE_PAGES, *allowed)",
            "(*settings.ALLOWED_PRIVATE_HOSTS, *allowed)",
        ),
        "tests/syndication/test_posts_links.py::test_a_private_address_is_not_asked",
    ),
    _fix(
        13,
        "no shared cache keeps a photo",
        ("syndication/views/photos.py", 'f"private, max-age', 'f"public, max-age'),
        "tests/syndication/actions/test_photos.py::test_a_public_photo_needs_no_session_and_is_kept_by_the_browser_alone",
    ),
    _fix(
        13,
        "sign-up does not tell whose an address is",
        (
            "profilelink/allauth_settings.py",
            'ACCOUNT_PREVENT_ENUMERATION = "strict"',
            "ACCOUNT_PREVENT_ENUMERATION = False",
        ),
        TESTS + "test_members.py::test_sign_up_does_not_tell_whose_mail_address_has_an_account",
    ),
    _fix(
        14,
        "the callback of another Mastodon is refused",
        (MASTODON + "provider.py", "            check_callback(params, server.host)\n", ""),
        MIXUP + "test_a_code_of_a_server_that_says_nothing_is_not_handed_to_the_one_that_was_named",
    ),
    _fix(
        14,
        "each server has a redirect URI of its own",
        ("accounts/providers/issuers.py", 'f"server:{host}"', '"server:"'),
        MIXUP + "test_a_permission_page_sends_nobody_back_to_another_servers_redirect_uri",
    ),
    _fix(
        14,
        "a registration of before is made anew",
        (
            MASTODON + "registration.py",
            'if server.details.get("redirect_uri") != callback_url:',
            "if False:",
        ),
        MIXUP + "test_a_registration_with_the_redirect_uri_of_all_servers_is_made_anew",
    ),
    _fix(
        14,
        "the callback of another GNU social is refused",
        (
            "accounts/providers/oauth1.py",
            "            check_callback(params, server.host)\n",
            "            pass\n",
        ),
        MIXUP + "test_a_verifier_of_another_gnu_social_is_not_handed_to_the_one_that_was_named",
    ),
    _fix(
        14,
        "iss is compared (Mastodon)",
        (
            MASTODON + "provider.py",
            'Issuer(stash["issuer"], bool(stash["is_told"])).check(params)',
            "pass",
        ),
        ISSUERS
        + "test_a_server_that_sends_the_browser_on_to_another_is_not_handed_the_code_of_that_one",
    ),
    _fix(
        14,
        "iss is compared (Bluesky)",
        (
            "accounts/providers/bluesky/provider.py",
            '        Issuer(stash["issuer"], is_told=True).check(params)\n',
            "",
        ),
        TESTS + "test_linking_bluesky.py::test_a_code_from_another_issuer_is_not_taken_to_ours",
    ),
]
