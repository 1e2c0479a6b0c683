"""All settings, from the environment. `.env.example` lists every variable with a sentence.

A missing or bad value stops the start with the variable's name. There is one settings module:
the demo and the tests set variables. What allauth is told on every site: allauth_settings.py.
"""

from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import environ

from profilelink.allauth_settings import *  # noqa: F403
from profilelink.log_settings import log_settings
from profilelink.required_secrets import (
    read_former_secrets,
    read_secret,
    read_token_keys,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.2.0"

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")  # what is set in the environment wins over the file

# --- Who and where we are -----------------------------------------------------------------------
SECRET_KEY = read_secret(env, "SECRET_KEY")
SECRET_KEY_FALLBACKS = read_former_secrets(env, "SECRET_KEY_FALLBACKS")
DEBUG = env.bool("DEBUG", default=False)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname or "127.0.0.1"])
IS_HTTPS = _public.scheme == "https"
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
SITE_NAME = "Profile Link"
SITE_OPERATOR = env.str("SITE_OPERATOR", default="")  # on the front page

# The networks that members can link, in the order of the links page. A new one is a word here.
NETWORK_KEYS = ["mixi", "orkut", "twitter", "gnusocial", "mastodon", "misskey", "bluesky"]

INSTALLED_APPS = [
    "profilelink",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "django_q",
    "accounts.urlsession",
    "accounts",
    *(f"accounts.providers.{key}" for key in NETWORK_KEYS),
    "syndication",
]

# The order is argued in the docstring of accounts.urlsession.middleware.
MIDDLEWARE = [
    "profilelink.phone.middleware.PhoneTranscodingMiddleware",
    "profilelink.middleware.metrics.MetricsMiddleware",
    "profilelink.middleware.headers.BrowserHeadersMiddleware",
    "profilelink.middleware.max_body.MaxBodyMiddleware",
    "profilelink.middleware.reject_multipart.RejectMultipartMiddleware",
    "profilelink.middleware.reject_nul.RejectNulMiddleware",
    "accounts.urlsession.middleware.UrlSessionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.urlsession.locale.SessionLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.urlsession.csrf.UrlCsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "profilelink.middleware.suspension.SuspensionMiddleware",
    "profilelink.middleware.terms.TermsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "profilelink.urls"
WSGI_APPLICATION = "profilelink.wsgi.application"
AUTH_USER_MODEL = "accounts.Member"
PRIVATE_LETTER_REPLACER = "profilelink.phone.decoding.replace_private_letters_of_any_carrier"  # who knows the old pictograms
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_LOADERS = ["profilelink.template_loader.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", BASE_DIR / "accounts" / "urlsession" / "templates"],
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", _LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "accounts.templatetags.addresses",
                "accounts.templatetags.marks",
                "accounts.templatetags.times",
            ],
        },
    }
]

# --- Stores -------------------------------------------------------------------------------------
(BASE_DIR / "var").mkdir(exist_ok=True)  # SQLite, photos and collected files, unless set elsewhere
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR}/var/db.sqlite3")}
DATABASES["default"]["CONN_MAX_AGE"] = 60  # seconds; connections keep what they planned
COMPILED_STATEMENTS = env.bool("COMPILED_STATEMENTS", default=True)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # WAL lets readers go on while one writes; IMMEDIATE takes the write lock at BEGIN, so that two
    # writers wait for each other instead of failing with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # At a million members compiling home's statement took 4.4 s, running it 0.04. What DATABASE_URL itself asks
    # for comes last.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"-c jit=off {_options.get('options', '')}".strip()

CACHE_URL = env.str("CACHE_URL", default="")
if CACHE_URL:
    CACHES = {"default": env.cache_url_config(CACHE_URL)}
else:
    # In the database: shared by all processes (rate limits count across them), nothing to run.
    CACHES = {
        "default": {
            "BACKEND": "profilelink.cache.ExpiringDatabaseCache",
            "LOCATION": "cache",
            # Above so many rows each write also deletes some that have expired.
            "OPTIONS": {"MAX_ENTRIES": 1000},
        }
    }
CACHES["default"]["KEY_FUNCTION"] = "profilelink.cache.bounded_key"

# django-q2's own statistics, in the memory of the process that writes them (syndication/worker/queue.py).
CACHES["queue"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}

QUEUE_URL = env.str("QUEUE_URL", default="")
# Deliveries that each of QUEUE_WORKERS processes has under way at a time; most of each is waiting for a network.
QUEUE_THREADS = env.int("QUEUE_THREADS", default=16)
# Imports that the import worker, one process of each `manage.py work`, has under way at a time.
IMPORT_THREADS = env.int("IMPORT_THREADS", default=16)
# What each figure is for stands in syndication/worker/queue.py.
Q_CLUSTER = {
    "name": "profilelink",
    "workers": env.int("QUEUE_WORKERS", default=2),
    "bulk": 1,
    "timeout": 180,
    "retry": 600,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "scheduler": False,
    "poll": 0.4,
    "cache": "queue",
    "label": "Queue (wake-ups)",
}
Q_CLUSTER |= {"redis": QUEUE_URL} if QUEUE_URL else {"orm": "default"}

MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
MEDIA_URL = "/media/"  # never routed: photos are answered by a view that asks visible_to()
STATIC_URL = "/static/"  # absolute: a relative one would take in the first visitor's token
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
# Pictures of pages: kept by browsers for good, so a changed one gets the next number in its name.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[a-z-]+\.[0-9]+\.gif$"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
PHOTO_MAX_BYTES = 12_000_000
# Of a whole request. Well above a photo: one that is somewhat too large is told beside its form.
REQUEST_MAX_BYTES = 64_000_000
PHOTO_MAX_PIXELS = 40_000_000

# --- Secrets at rest ----------------------------------------------------------------------------
TOKEN_KEYS = read_token_keys(env, "TOKEN_KEYS")
PIN_KEY = read_secret(env, "PIN_KEY")
PIN_KEY_FALLBACKS = read_former_secrets(env, "PIN_KEY_FALLBACKS")

# --- Backups ------------------------------------------------------------------------------------
# What is deleted after a backup, as `manage.py restore` does it again (syndication/actions/deletion_log.py).
DELETION_LOG = env.str("DELETION_LOG", default="")

# --- Sessions: accounts.urlsession --------------------------------------------------------------
SESSION_ENGINE = "accounts.urlsession.backend"
SESSION_SERIALIZER = "accounts.urlsession.serializer.TokenFreeJSONSerializer"
# __Host-: the browser takes it from this very host alone, so that no neighbour on another subdomain
# can plant one of its own. It needs Secure.
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 30 * 60
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "profilelink.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
URLSESSION_IDLE = 30 * 60
URLSESSION_ABSOLUTE = 12 * 3600
URLSESSION_ANONYMOUS_PER_ADDRESS = env.int("ANONYMOUS_SESSIONS_PER_ADDRESS", default=300)
URLSESSION_EXPIRED_VIEW = "accounts.views.pin_again.resume_by_pin"
URLSESSION_EXPOSED_HANDLER = "accounts.actions.exposed_sessions.notify_of_exposed_session"
# Paths that need no session: a valid cookie is read, without one nothing is made and nothing set.
URLSESSION_PUBLIC = [
    r"/$",
    r"/@",
    r"/(out|static|media|photos|oauth)/",
    r"/(healthz|readyz|robots\.txt|favicon\.ico)$",
    r"/accounts/[^/]+/login/callback/$",
    r"/(links/return|i)/",
    r"/(mails/off/|(about|terms|privacy-policy)/$)",
    r"/posts/\d+/(photo(/\d+)?(/small)?)?$",
]

# Django's own beside it would hash each wrong password a second time. allauth's inherits its permissions.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

# --- allauth: what depends on the site; the rest stands in allauth_settings.py --------------------
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{SITE_NAME}: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme
MFA_TOTP_ISSUER = SITE_NAME

# --- Networks: where they are and who we are to them --------------------------------------------
NETWORKS = {
    key: {
        name: env.str(f"{key}_{name}".upper(), default=default)
        for name, default in import_module(f"accounts.providers.{key}.variables").VARIABLES.items()
    }
    for key in NETWORK_KEYS
}
ALLOWED_PRIVATE_HOSTS = env.list("ALLOWED_PRIVATE_HOSTS", default=[])
ALLOWED_PRIVATE_PAGES: list[str] = []  # the same for link titles and pictures; for the tests alone

# --- Mail ---------------------------------------------------------------------------------------
# Mails hold addresses that open accounts, so a log must not be the default (profilelink/mail_checks.py).
EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(
    env.email_url_config(EMAIL_URL or ("consolemail://" if DEBUG else "smtp://localhost:25"))
)
EMAIL_TIMEOUT = 10  # seconds; a server that hangs must hold up neither a page nor a worker
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <no-reply@{_public.hostname}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ADMINS = [("Staff", address) for address in env.list("ADMINS", default=[])]
POST_MAIL_DOMAIN = env.str("POST_MAIL_DOMAIN", default="").strip(" @.").lower()

# --- Languages and time -------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "profilelink" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Tokyo")

# --- What browsers are told ---------------------------------------------------------------------
# Not no-referrer: Chromium would then send "Origin: null", and every POST would be refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# What `check --deploy` says here and why it stands (test: tests/profilelink/test_image.py).
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # CSRF: accounts.urlsession.csrf.UrlCsrfMiddleware is Django's, with tokens
    "security.W005",  # HSTS for subdomains: those may be others' sites
    "security.W008",  # redirect to https: the proxy's, which alone sees http
    "security.W021",  # HSTS preloading: hard to take back, the host's own decision
]

# --- Logs: a token never reaches one ------------------------------------------------------------
LOGGING = log_settings(env.str("LOG_LEVEL", default="INFO"), env.str("LOG_FORMAT", default="text"))

# Who may read /metrics, as addresses or networks; none: nobody, and nothing is counted.
METRICS_ADDRESSES = env.list("METRICS_ADDRESSES", default=["127.0.0.1", "::1"])
