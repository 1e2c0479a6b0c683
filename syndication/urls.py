"""Addresses of what people say and where it goes."""

from django.urls import URLPattern, URLResolver, path

from accounts import path_converters  # noqa: F401  registers <key:…>
from syndication.views import (
    account_closure,
    answering,
    answers_by_mail,
    comments,
    compose,
    deliveries,
    export,
    feed_items,
    feeds,
    group_posts,
    home,
    interactions,
    likes,
    links,
    mail,
    photos,
    post_change,
    posts,
    posts_by_me,
    privacy,
    profiles,
    remote_replies,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("home/shows/", home.home_shows, name="home_shows"),
    path("feed/<key:pk>/", feed_items.feed_item, name="feed_item"),
    path("feed/<key:pk>/hide/", feed_items.feed_item_hide, name="feed_item_hide"),
    path("feed/<key:pk>/answer/", answering.feed_item_answer, name="feed_item_answer"),
    path("feed/<key:pk>/like/", answering.feed_item_like, name="feed_item_like"),
    path("replies/<key:pk>/answer/", answering.remote_reply_answer, name="remote_reply_answer"),
    path("replies/<key:pk>/like/", answering.remote_reply_like, name="remote_reply_like"),
    path("answers/", interactions.interaction_list, name="interaction_list"),
    path("answers/<key:pk>/", interactions.interaction_detail, name="interaction_detail"),
    path("answers/<key:pk>/delete/", interactions.interaction_delete, name="interaction_delete"),
    path("posts/new/", compose.post_new, name="post_new"),
    path("posts/new/preview/", compose.post_preview, name="post_preview"),
    path("posts/new/photo/<str:key>", photos.kept_photo, name="kept_photo"),
    path("posts/<key:pk>/", posts.post_detail, name="post_detail"),
    path("posts/<key:pk>/like/", likes.post_like, name="post_like"),
    path("posts/<key:pk>/more/", likes.post_more, name="post_more"),
    path("posts/<key:pk>/comments/", comments.comment_list, name="comment_list"),
    path("posts/<key:pk>/comments/new/", comments.comment_new, name="comment_new"),
    path(
        "posts/<key:pk>/comments/<key:comment_pk>/", comments.comment_detail, name="comment_detail"
    ),
    path(
        "posts/<key:pk>/comments/delete/", post_change.comments_of_delete, name="comments_of_delete"
    ),
    path("comments/", comments.comment_own_list, name="comment_own_list"),
    path("comments/<key:pk>/delete/", comments.comment_delete, name="comment_delete"),
    path("posts/<key:pk>/change/", post_change.post_change, name="post_change"),
    path("posts/<key:pk>/edit/", posts.post_edit, name="post_edit"),
    path("posts/<key:pk>/audience/", posts.post_audience, name="post_audience"),
    path("posts/<key:pk>/delete/", posts.post_delete, name="post_delete"),
    path("posts/<key:pk>/photo", photos.post_photo, name="post_photo"),
    path(
        "posts/<key:pk>/photo/small", photos.post_photo, {"size": "small"}, name="post_photo_small"
    ),
    path("posts/<key:pk>/deliveries/", deliveries.post_deliveries, name="post_deliveries"),
    path("posts/<key:pk>/replies/", remote_replies.post_replies, name="post_replies"),
    path(
        "posts/<key:pk>/replies/stop/", remote_replies.post_replies_stop, name="post_replies_stop"
    ),
    path("replies/<key:pk>/", remote_replies.remote_reply, name="remote_reply"),
    path("replies/<key:pk>/hide/", remote_replies.remote_reply_hide, name="remote_reply_hide"),
    path(
        "interactions/<key:pk>/replies/",
        remote_replies.interaction_replies,
        name="interaction_replies",
    ),
    path("posts/<key:pk>/correct/", deliveries.post_correct, name="post_correct"),
    path("posts/<key:pk>/send/", deliveries.post_send, name="post_send"),
    path("deliveries/", deliveries.delivery_list, name="delivery_list"),
    path("deliveries/<key:pk>/", deliveries.delivery_command, name="delivery_command"),
    path("@<str:name>/", profiles.profile, name="profile"),
    path("@<str:name>/feed.atom", feeds.profile_feed, name="profile_feed"),
    path("@<str:name>/picture", photos.profile_picture, name="profile_picture"),
    path("groups/<key:pk>/posts/", group_posts.group_posts, name="group_posts"),
    path("mail/", mail.mail, name="mail"),
    path("account/answers/", answers_by_mail.answer_by_mail, name="answer_by_mail"),
    path("mail/address/renew/", mail.mail_renew, name="mail_renew"),
    path("mail/address/end/", mail.mail_end, name="mail_end"),
    path("posts/mail/", mail.mail_draft_list, name="mail_draft_list"),
    path("posts/mail/<key:pk>/", mail.mail_draft, name="mail_draft"),
    path("posts/mail/<key:pk>/delete/", mail.mail_draft_delete, name="mail_draft_delete"),
    path("posts/mail/<key:pk>/photo", mail.mail_draft_photo, name="mail_draft_photo"),
    path("account/close/", account_closure.account_close, name="account_close"),
    path("account/close/done/", account_closure.account_closed, name="account_closed"),
    path("account/export/", export.export, name="export"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/posts-by-me/", posts_by_me.posts_by_me, name="posts_by_me"),
    path("links/", links.link_list, name="link_list"),
    path("links/<slug:network>/<key:pk>/", links.link_detail, name="link_detail"),
    path("links/<slug:network>/<key:pk>/friends/", links.link_friends, name="link_friends"),
    path("links/<slug:network>/<key:pk>/hidden/", feed_items.link_hidden, name="link_hidden"),
    path(
        "links/<slug:network>/<key:pk>/replies/", remote_replies.link_replies, name="link_replies"
    ),
    path("links/<slug:network>/<key:pk>/pull/", links.link_pull, name="link_pull"),
    path("links/<slug:network>/<key:pk>/end/", links.link_end, name="link_end"),
]
