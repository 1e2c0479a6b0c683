"""What people say, and where it goes."""

from syndication.models.attempt import Attempt, AttemptOutcome
from syndication.models.comment import Comment, Like, WithdrawnLike
from syndication.models.daily_figure import DailyFigure, Figure
from syndication.models.deletion_log import LoggedDeletion
from syndication.models.delivery import Delivery
from syndication.models.delivery_states import (
    AT_REST,
    CHANGES,
    NOT_DONE,
    OPEN_STATES,
    DeliveryOperation,
    DeliveryState,
)
from syndication.models.draft import PostAddress, SavedDraft
from syndication.models.engine import Allowance, Heartbeat, HostHealth, ImportPause, NetworkSwitch
from syndication.models.feed_item import FeedItem, HiddenAccount
from syndication.models.interaction import Interaction, InteractionKind
from syndication.models.link import Link, LinkState, NetworkFriend, Toggle
from syndication.models.link_import import ImportKind, LinkImport
from syndication.models.post import KeptPhoto, Post, PostKind
from syndication.models.post_photo import PlacedPhoto, PostPhoto, photos_of
from syndication.models.post_reader import PostReader
from syndication.models.remote_reply import CopyActivity, RemoteLike, RemoteReply
from syndication.models.reply_address import ReplyAddress
from syndication.models.report import (
    CaseOutcome,
    Report,
    ReportCase,
    ReportedKind,
    ReportPhoto,
    ReportReason,
    ReportSnapshot,
)
from syndication.models.revocation import Revocation
from syndication.models.server import ServerTraits
from syndication.models.staff_decision import (
    DecisionKind,
    Objection,
    RetentionHold,
    StaffDecision,
)

__all__ = [
    "AT_REST",
    "CHANGES",
    "NOT_DONE",
    "OPEN_STATES",
    "Allowance",
    "Attempt",
    "Comment",
    "CaseOutcome",
    "CopyActivity",
    "DailyFigure",
    "DecisionKind",
    "Delivery",
    "DeliveryOperation",
    "DeliveryState",
    "FeedItem",
    "Figure",
    "HiddenAccount",
    "Heartbeat",
    "HostHealth",
    "ImportPause",
    "Interaction",
    "InteractionKind",
    "KeptPhoto",
    "Like",
    "Link",
    "LinkState",
    "LoggedDeletion",
    "SavedDraft",
    "NetworkFriend",
    "NetworkSwitch",
    "Objection",
    "AttemptOutcome",
    "PlacedPhoto",
    "Post",
    "PostAddress",
    "PostKind",
    "PostPhoto",
    "PostReader",
    "LinkImport",
    "ImportKind",
    "RemoteLike",
    "RemoteReply",
    "ReplyAddress",
    "Report",
    "ReportCase",
    "ReportPhoto",
    "ReportReason",
    "ReportSnapshot",
    "ReportedKind",
    "RetentionHold",
    "Revocation",
    "ServerTraits",
    "StaffDecision",
    "Toggle",
    "WithdrawnLike",
    "photos_of",
]
