"""Sessions for browsers that keep no cookies: the token stands in the path, `/s/<token>/…`.

A library of its own: it imports nothing of ours. The middleware turns the token into SCRIPT_NAME,
so `reverse()`, `{% url %}` and `redirect()` carry it and no HTML is rewritten. What is stored is
the token's hash, and that hash is the session key: nothing that handles session keys holds
something that opens a session. Two modes, and a session belongs to one for good: under a token
cookies are neither read nor set; without one it is an ordinary session cookie.

For those who write views, all in `accounts.urlsession.api`:

- Ask `is_url_mode(request)` only where the mode itself is the subject; pages are the same in both.
- Call `rotate_session(request)` after a link was made or a privilege changed. Log-in, log-out and every
  redirect of a changed anonymous session rotate by themselves.
- A page that needs no session stands in URLSESSION_PUBLIC. Without a live session what such a view
  puts into `request.session` is dropped, `{% csrf_token %}` included.
- A page in URLSESSION_NEVER_PROBE (`/q/…`, `/p/…`) sees no cookie and has no session, so its POST
  view is a `sessionless_form` and brings its own proof. It begins a session by
  `start_url_session(request, device=…)`, then `login()`, then a redirect by URL name.
- `adopt_session(request, key)` takes up, under a new token, the URL session that a stored row names
  by its key, such as the one that a member left for a network.
- Nothing typed is lost: a form view passes `initial=initial_from_preserved_form(request, PostForm)`, and a
  form that was sent too late stands there again, filled, after log-in. Fields that are absent were
  unchecked boxes; that is why the form class is asked for.
- An address that is mailed, stored or shown to be shared is made outside `/s/…`: wrap `reverse()` in
  `no_session_prefix()`. Never cache HTML with addresses in it, and never `reverse()` in background
  work that a request started without it.
- Outside addresses leave by `outbound_path(url)`, a page `/out/<ticket>` of status 200.
"""
