"""Addresses of what people say and where it goes."""

from django.urls import URLPattern, URLResolver, path

from syndication.views import (
    compose,
    deliveries,
    feeds,
    group_posts,
    home,
    links,
    mail,
    photos,
    posts,
    posts_by_me,
    privacy,
    profiles,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("feed/<int:pk>/", home.feed_item, name="feed_item"),
    path("posts/new/", compose.post_new, name="post_new"),
    path("posts/new/preview/", compose.post_preview, name="post_preview"),
    path("posts/new/photo/<str:key>", photos.kept_photo, name="kept_photo"),
    path("posts/<int:pk>/", posts.post_detail, name="post_detail"),
    path("posts/<int:pk>/edit/", posts.post_edit, name="post_edit"),
    path("posts/<int:pk>/audience/", posts.post_audience, name="post_audience"),
    path("posts/<int:pk>/delete/", posts.post_delete, name="post_delete"),
    path("posts/<int:pk>/photo", photos.post_photo, name="post_photo"),
    path(
        "posts/<int:pk>/photo/small", photos.post_photo, {"size": "small"}, name="post_photo_small"
    ),
    path("posts/<int:pk>/deliveries/", deliveries.post_deliveries, name="post_deliveries"),
    path("posts/<int:pk>/send/", deliveries.post_send, name="post_send"),
    path("deliveries/", deliveries.delivery_list, name="delivery_list"),
    path("deliveries/<int:pk>/", deliveries.delivery_press, name="delivery_press"),
    path("notices/<int:pk>/", deliveries.notice_close, name="notice_close"),
    path("@<str:name>/", profiles.profile, name="profile"),
    path("@<str:name>/feed.atom", feeds.profile_feed, name="profile_feed"),
    path("@<str:name>/picture", photos.profile_picture, name="profile_picture"),
    path("groups/<int:pk>/posts/", group_posts.group_posts, name="group_posts"),
    path("mail/", mail.mail, name="mail"),
    path("mail/address/renew/", mail.mail_renew, name="mail_renew"),
    path("mail/address/end/", mail.mail_end, name="mail_end"),
    path("posts/mail/", mail.mail_draft_list, name="mail_draft_list"),
    path("posts/mail/<int:pk>/", mail.mail_draft, name="mail_draft"),
    path("posts/mail/<int:pk>/delete/", mail.mail_draft_delete, name="mail_draft_delete"),
    path("posts/mail/<int:pk>/photo", mail.mail_draft_photo, name="mail_draft_photo"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/posts-by-me/", posts_by_me.posts_by_me, name="posts_by_me"),
    path("links/", links.link_list, name="link_list"),
    path("links/<slug:network>/<int:pk>/", links.link_detail, name="link_detail"),
    path("links/<slug:network>/<int:pk>/friends/", links.link_friends, name="link_friends"),
    path("links/<slug:network>/<int:pk>/pull/", links.link_pull, name="link_pull"),
    path("links/<slug:network>/<int:pk>/end/", links.link_end, name="link_end"),
]
