"""The product's database and models under a stack as `startproject` makes it."""

from profilelink.settings import *  # noqa: F403, TID251

HOME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Home</title></head><body>
<h1>{{ request.user.username }}</h1>
{% for message in messages %}<p>{{ message }}</p>{% endfor %}
<form method="post" action="/write/">{% csrf_token %}<textarea name="text"></textarea><input type="submit"></form>
{% for post in posts %}
<p>{{ post.author.display_name }} {{ post.created_at|date:"j M H:i" }}<br>
<a href="/posts/{{ post.pk }}/">{{ post.text|truncatechars:40 }}</a></p>
{% empty %}<p>Nothing yet.</p>
{% endfor %}
<p><a href="/friends/">Friends</a> <a href="/account/">Account</a></p>
</body></html>
"""

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",  # its app does not start without; 0.1 ms at most
]
ROOT_URLCONF = "tests.bench.stock"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [("django.template.loaders.locmem.Loader", {"home.html": HOME})],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
SILENCED_SYSTEM_CHECKS = ["admin.E403", "admin.E408", "admin.E409", "admin.E410"]
