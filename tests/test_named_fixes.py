"""Every fix of three reviews by the name of the test that fails without it.

Each fix was taken out once and its test seen to fail: the last time all of them on 29 November 2026.
A test that is renamed or moved takes its row along. `python -m tests.mutants` changes the same code at
random.

Sessions in addresses; a number is the row in the list of pitfalls
==================================================================
tests/accounts/urlsession/test_pitfalls.py
1         system check: STATIC_URL and MEDIA_URL are absolute                  test_a_relative_static_url_is_refused
2         no HTML with addresses is cached                                     test_no_html_with_addresses_is_cached
3         mails by our adapter                                                 test_the_reset_mail_carries_no_token
4         the prefix moves with the key                                        test_a_page_made_after_a_rotation_carries_the_new_token
4         old tokens in a Location are taken out                               test_an_old_token_in_next_leads_to_the_page_all_the_same
5         changed anonymous sessions rotate (address)                          test_a_changed_anonymous_session_rotates_on_redirect_whatever_its_path
5         changed anonymous sessions rotate (cookie)                           test_a_changed_anonymous_session_rotates_in_a_cookie_too
6         plain paths get the token                                            test_inside_redirects_carry_the_token
7         redirects to other hosts go to /out/                                 test_outside_redirects_leave_by_the_door
7         a backslash is read as a slash                                       test_outside_redirects_leave_by_the_door
8         no Referer is needed under a token                                   test_a_phone_without_referer_may_post_on_https
9         system check: the policy is not no-referrer                          test_pages_under_a_token_say_same_origin
10        outside links leave by /out/                                         test_outside_links_leave_by_the_door
10        no picture from elsewhere                                            test_no_template_loads_pictures_or_styles_from_elsewhere
12        gunicorn believes no SCRIPT_NAME header                              test_gunicorn_believes_no_script_name_of_a_client
14        nothing builds absolute addresses from the request                   test_no_code_builds_absolute_addresses_from_the_request
16        next carries no token                                                test_next_carries_no_token
32        scheme and host of a Location stay                                   test_the_redirect_to_https_ends
tests/accounts/urlsession/test_outbound.py
10        /out/ is a page, not a redirect                                      test_the_page_names_the_host_alone_and_the_address_to_copy
out       only safe addresses                                                  test_what_is_not_safe_gets_no_way_out
out       tickets are stored once for a page                                   test_a_page_with_many_links_reads_once_and_writes_once
tests/accounts/urlsession/test_pitfalls_pages.py
13        path, path_info and SCRIPT_NAME agree                                test_path_and_path_info_agree
15        the 301 with a token is not kept                                     test_the_added_slash_is_not_cached
17        the prefix is reset after the request                                test_the_prefix_is_reset_after_every_request
18        no_session_prefix()                                                  test_work_that_outlives_the_request_reverses_without_token
19        the prefix is set around each chunk                                  test_a_streamed_body_keeps_the_token
20        error pages link home with the token                                 test_error_pages_keep_the_session
20        error pages have the headers                                         test_error_pages_keep_the_session
22        the language lives in the session                                    test_the_language_is_remembered_without_a_cookie
24        no static files under a token                                        test_static_files_stand_outside_of_sessions
24        static files touch no session                                        test_static_files_stand_outside_of_sessions
26        the serializer leaves a hole                                         test_what_allauth_stores_carries_no_token
27        per-address limits are high                                          test_thirty_members_behind_one_gateway_do_not_lock_each_other_out
28        the session list follows a rotation                                  test_a_rotated_session_stays_one_line_of_the_list
29        MFA trust is off                                                     test_no_browser_is_trusted_by_cookie
30        no admin under a token                                               test_there_is_no_admin_under_a_token
33        a double tap on log-in is explained                                  test_a_second_tap_on_log_in_is_explained_and_the_first_stands
34        an ended session is explained                                        test_back_after_log_out_is_explained
tests/accounts/test_public_urls.py
14        public_url() reverses without token                                  test_a_name_is_reversed_without_token
tests/accounts/urlsession/test_logmask.py
21        the formatter masks                                                  test_a_crash_under_a_token_reaches_log_and_staff_without_secrets
21        the mail handler masks                                               test_a_crash_under_a_token_reaches_log_and_staff_without_secrets
21        gunicorn's logs are masked                                           test_the_access_log_is_masked_once_a_line
21        an encoded address is masked                                         test_secrets_are_masked
21        error mails are few                                                  test_error_mails_are_few_and_say_how_many_were_kept_back
21        the subscriber's number is forgotten                                 test_a_crash_under_a_token_reaches_log_and_staff_without_secrets
tests/accounts/urlsession/test_limits.py
35        the limit for each address                                           test_the_oldest_session_that_holds_nothing_goes_first
35        a member's session does not count                                    test_a_session_that_became_a_members_does_not_count
35        the client's address is not the client's claim                       test_a_client_cannot_choose_its_address
35        ended anonymous sessions are cleared                                 test_what_ended_is_cleared_and_a_members_a_day_later
tests/accounts/urlsession/test_sessions.py
modes     a session belongs to one mode                                        test_a_cookies_token_opens_nothing_in_an_address_nor_the_reverse
modes     under a token no cookie is read                                      test_under_a_token_cookies_are_neither_read_nor_set
modes     under a token no cookie is set                                       test_under_a_token_cookies_are_neither_read_nor_set
binding   an address is bound to the browser                                   test_another_browser_is_not_let_in_by_the_address
binding   an address opened in another browser ends                            test_an_address_opened_in_another_browser_ends_there_and_here
binding   the model's name is compared                                         test_an_address_opened_in_another_browser_ends_there_and_here
binding   a dead address names its member to its own browser alone             test_who_an_ended_session_was_of_is_told_once_and_to_its_own_browser
hash      only a hash is stored                                                test_only_the_hash_is_stored_and_it_opens_nothing
idle      use moves the idle time-out on                                       test_each_use_moves_the_end_on_but_not_by_a_write_each_time
absolute  twelve hours                                                         test_twelve_hours_end_a_session_however_busy
take up   one of many takes a session up                                       test_of_twenty_at_once_one_takes_up_the_session
tests/accounts/urlsession/test_cross_site.py
elsewhere a link of another site enters no session                             test_a_link_of_another_site_into_a_live_token_is_refused
elsewhere who came from another site and gets a session on the way is let in   test_a_link_of_another_site_to_the_site_ends_at_the_page
tests/accounts/test_login_csrf.py
elsewhere a form without session is refused to other sites                     test_what_another_site_posts_logs_nobody_in
tests/accounts/urlsession/test_probe.py
probe     the marker is bound to the browser                                   test_a_marker_counts_for_its_own_browser_alone
probe     the marker lives a minute                                            test_a_marker_that_is_older_than_a_minute_starts_the_probe_anew
probe     the second mismatch ends the probe                                   test_a_client_whose_address_changes_is_asked_twice_and_then_let_in
probe     the marker is taken out of the request                               test_the_marker_does_not_reach_views_and_forms
probe     w3m sees another path                                                test_no_two_redirects_in_a_row_come_from_one_path
probe     crawlers get no session                                              test_crawlers_and_link_previews_get_no_session
probe     public pages make no session                                         test_public_pages_neither_probe_nor_make_a_session
probe     /q/ sees no cookie                                                   test_phone_login_pages_see_no_cookie_and_set_none
tests/accounts/urlsession/test_preserved_forms.py
kept      a late form is kept over log-in                                      test_after_log_in_the_form_is_shown_filled_and_not_sent
kept      boxes that were not ticked stay so                                   test_a_box_that_was_not_ticked_stays_so_although_the_form_would_tick_it
kept      passwords and codes are not kept                                     test_passwords_and_codes_are_not_kept
kept      another site's form is not given back                                test_what_another_site_sent_is_not_given_back
kept      a second time-out loses nothing                                      test_a_second_time_out_on_the_log_in_page_loses_nothing
kept      a kept path is one of ours                                           test_a_kept_path_of_another_site_is_not_believed

What an attacker got through on 29 November 2026; the number is the finding's
=============================================================================
tests/profilelink/test_cache.py
1         the cache drops expired rows only                                    test_other_rows_push_no_limit_out
1         a Redis that evicts is an error                                      test_a_redis_that_evicts_is_an_error
3         https without a known proxy is an error                              test_https_without_a_known_proxy_is_an_error
tests/accounts/test_guesses.py
1         guesses at passwords stand in the database                           test_a_lost_cache_does_not_open_an_account_to_more_guesses
1         strangers' names share buckets                                       test_strangers_make_a_bounded_number_of_rows
2         a password is hashed once                                            test_how_long_a_log_in_takes_does_not_tell_whose_name_or_mail_address_is_known
2         guesses of one network leave threads to others                       test_guesses_of_one_network_leave_threads_to_everybody_else
2         one address tries 120 passwords a minute                             test_one_address_tries_two_passwords_a_second_and_no_more
tests/profilelink/middleware/test_reject_multipart.py
2         multipart is read only where a form takes files                      test_multipart_is_refused_unread_where_no_form_takes_files
2         the lane for old phones reads none either                            test_multipart_is_refused_unread_where_no_form_takes_files
tests/profilelink/phone/test_middleware.py
2         fields of old phones are counted before they are split               test_what_no_form_takes_is_refused_before_it_is_taken_apart
tests/accounts/media/test_picture_decoding.py
2         what decoding takes is known before                                  test_no_picture_takes_much_memory
2         one picture at a time                                                test_many_pictures_at_once_take_no_more_memory_than_one
tests/accounts/urlsession/test_preserved_forms.py
2         a stranger's late form has little room                               test_who_was_nobody_gets_a_tenth_of_the_room
tests/accounts/test_device_login.py
2         an address keeps so many computers' codes                            test_one_address_keeps_so_many_codes_and_the_newest_work
4         passwords at /device/ count with those of the log-in                 test_passwords_guessed_here_count_with_those_at_the_log_in_and_the_member_is_told
4         the member is told of them                                           test_five_wrong_ones_at_one_code_are_told_by_mail
tests/profilelink/test_bounds_accounts.py
2         sign-ups and what members make have quotas                           test_fifty_accounts_a_day_of_one_network_are_enough
tests/profilelink/test_receive_mail_bombs.py
2         a quote without end in a mail's header costs one pass                test_a_quote_without_end_in_a_header_is_read_in_one_pass
tests/profilelink/test_bounds.py
2         strangers are mailed once a day                                      test_who_is_no_member_is_told_so_by_one_mail_a_day
2         mails to strangers are few for a network                             test_one_network_has_twenty_strangers_mailed_in_a_day
tests/accounts/test_links_races.py
2         accounts confirmed at once are all counted                           test_of_many_accounts_confirmed_at_once_one_is_the_last_that_there_may_be
tests/profilelink/test_bounds_links.py
2         a member's links are bounded                                         test_who_left_twice_at_once_links_the_fiftieth_and_no_more
2         a link's friends are bounded                                         test_a_link_keeps_five_thousand_friends_whatever_its_server_names
tests/profilelink/test_bounds_members.py
2         one session too many ends one                                        test_one_session_more_than_fifty_ends_the_one_that_was_idle_for_longest
tests/accounts/urlsession/test_limits.py
3         sessions that hold nothing go first                                  test_the_oldest_session_that_holds_nothing_goes_first
tests/accounts/test_phone_login_attacks.py
3         wrong typed codes are counted for each address                       test_a_few_addresses_do_not_silence_everybody
3         a /48 is one address                                                 test_an_ipv6_48_is_one_address
3         codes are too long to be hit                                         test_the_chance_of_a_hit_is_below_one_in_a_thousand_a_day
tests/accounts/test_login_csrf.py
5         a browser with a member is asked before it goes on as another        test_a_browser_with_a_member_is_asked_before_it_goes_on_as_another
tests/accounts/urlsession/test_cross_site.py
6         a dead address is refused to other sites alike                       test_a_dead_address_is_refused_alike
6         a ticket lasts a minute                                              test_a_ticket_lasts_a_minute
tests/accounts/urlsession/test_browser_names.py
7         versions are not compared                                            test_an_update_or_a_setting_leaves_it_the_same_browser
tests/accounts/test_pin.py
7         the member is told of an exposed address                             test_the_member_is_told_of_an_address_opened_elsewhere_and_the_phone_goes_on_by_pin
8         own browser alone                                                    test_a_dead_address_names_nobody_in_another_browser
8         a dead address asks for the PIN once                                 test_a_dead_address_asks_for_the_pin_once
tests/profilelink/test_settings.py
9         a short secret stops the start                                       test_an_empty_or_short_secret_stops_the_start_by_name
9         mails in the log are an error                                        test_a_check_says_where_mails_go
9         the example writes mails to no log                                   test_the_example_writes_mails_to_no_log
tests/profilelink/test_demo.py
10        the demo refuses a database of a real site                           test_a_database_of_a_real_site_is_refused
tests/profilelink/test_gunicorn_logs.py
11        gunicorn repeats nothing that it cannot read                         test_what_gunicorn_cannot_read_is_repeated_nowhere
11        a client's fault is one line                                         test_a_foreign_host_costs_one_line_and_no_mail
tests/profilelink/test_image.py
12        the image runs unprivileged                                          test_the_image_runs_unprivileged_and_installs_nothing_at_a_start
12        check --deploy is clean                                              test_check_deploy_has_nothing_to_say
tests/profilelink/test_numbers_in_addresses.py
13        a number that no column holds is 404                                 test_every_route_with_a_number_answers_404
tests/syndication/connectors/test_responses.py
2         a WWW-Authenticate without end costs one pass                        test_a_challenge_without_end_is_read_in_one_pass
tests/syndication/connectors/test_mastodon.py
2         a link of many addresses costs one pass                              test_a_link_of_nothing_but_addresses_is_read_in_one_pass
tests/syndication/test_posts_links.py
2         a charset without end costs one pass                                 test_a_charset_without_end_is_looked_for_in_one_pass
13        link titles and pictures reach no private host                       test_a_private_address_is_not_asked
tests/syndication/actions/test_photos.py
13        no shared cache keeps a photo                                        test_a_public_photo_needs_no_session_and_is_kept_by_the_browser_alone
tests/accounts/test_members.py
13        sign-up does not tell whose an address is                            test_sign_up_does_not_tell_whose_mail_address_has_an_account
tests/accounts/test_linking_mixup.py
14        the callback of another Mastodon is refused                          test_a_code_of_a_server_that_says_nothing_is_not_handed_to_the_one_that_was_named
14        each server has a redirect URI of its own                            test_a_permission_page_sends_nobody_back_to_another_servers_redirect_uri
14        a registration of before is made anew                                test_a_registration_with_the_redirect_uri_of_all_servers_is_made_anew
14        the callback of another GNU social is refused                        test_a_verifier_of_another_gnu_social_is_not_handed_to_the_one_that_was_named
tests/accounts/test_linking_issuers.py
14        iss is compared (Mastodon)                                           test_a_server_that_sends_the_browser_on_to_another_is_not_handed_the_code_of_that_one
tests/accounts/test_linking_bluesky.py
14        iss is compared (Bluesky)                                            test_a_code_from_another_issuer_is_not_taken_to_ours

What was still open on 30 November 2026
=======================================
tests/syndication/test_member_help.py
mails     links in mails end with the sessions                                 test_links_that_were_mailed_before_open_nothing
mails     and with the password                                                test_a_changed_password_ends_the_links_that_would_confirm_an_address
tests/syndication/test_contact_and_holds.py
contact   members have room of their own                                       test_strangers_use_up_no_room_of_members
tests/drills/test_races.py
races     a link for a new password sets one                                   test_a_link_for_a_new_password_sets_one
tests/profilelink/test_backup_privacy.py
restore   profiles stay as narrow as they were made                            test_a_profile_is_as_narrow_as_its_member_had_made_it
restore   removed pictures and photos stay away                                test_pictures_and_photos_that_were_removed_stay_away
restore   ended friendships and left groups stay so                            test_who_was_let_in_then_and_left_since_reads_nothing
restore   no new row takes a lost one's key                                    test_no_new_row_takes_the_key_of_one_that_was_lost
restore   no way in opens again                                                test_no_way_in_that_was_ended_is_open_again
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"(.{9}) (.+?) +(test_\w+)")
NEEDED_NO_FIX = {11, 23, 25, 31}  # 31 is ASGI, which is not offered


def rows(part: int) -> Iterator[tuple[str, str, str, str]]:
    """Of one of the three lists: the number or word, the fix, the file and the test."""
    file = ""
    for line in re.split(r"\n=+\n", __doc__ or "")[part].splitlines():
        if line.startswith("tests/"):
            file = line
        elif match := ROW.fullmatch(line):
            yield match[1].strip(), match[2], file, match[3]


def numbers(part: int) -> set[int]:
    return {int(row) for row, *_ in rows(part) if row.isdigit()}


@pytest.mark.parametrize("part", [1, 2, 3])
def test_every_fix_names_a_test_that_exists(part: int) -> None:
    missing = []
    for row, fix, file, name in rows(part):
        path = ROOT / file
        tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
        if name not in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}:
            missing.append(f"{row} ({fix}): {file}::{name}")
    assert not missing


def test_no_pitfall_and_no_finding_is_left_out() -> None:
    assert numbers(1) == set(range(1, 36)) - NEEDED_NO_FIX
    assert numbers(2) == set(range(1, 15))
    assert len(list(rows(1))) >= 77
    assert len(list(rows(2))) >= 50
    assert len(list(rows(3))) >= 9
