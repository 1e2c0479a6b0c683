"""Who people are. One class a file where it stands alone; nothing here knows of posts."""

from accounts.models.access_recovery import AccessRecovery, RecoveryEnd, RecoveryKind
from accounts.models.audience import (
    Audience,
    Commenters,
    contained_audiences,
    in_audience,
    picture_known_to,
    readable_by,
)
from accounts.models.birthday import Birthday
from accounts.models.device_login import DeviceLogin
from accounts.models.friendship import Block, FriendRequest, Friendship, Invitation
from accounts.models.group import Group, Membership
from accounts.models.guess_count import GuessCount
from accounts.models.link_attempt import LinkAttempt
from accounts.models.mail_settings import HomeMailNote, MailPace, MailSettings
from accounts.models.member import PROFILE_FIELDS, HomeShows, Member, PicturesOn
from accounts.models.member_search import count_mutual_friends, members_found, mutual_friends
from accounts.models.named_list import ListedFriend, NamedList, friends_to_choose
from accounts.models.notice import Notice, NoticeQuerySet, NoticeStop
from accounts.models.notice_kinds import (
    NOTICE_KINDS,
    MailClass,
    NoticeKind,
    NoticeTopic,
    register_notice_kinds,
)
from accounts.models.notice_mail import MailState, NoticeMail
from accounts.models.phone_login import Phone, PhoneLogin, PhoneOpener
from accounts.models.public_text import PublicCharField, PublicTextField
from accounts.models.refusal import Refusal
from accounts.models.server import ServerRegistration
from accounts.models.session import MemberSession
from accounts.models.site_page import Announcement, PageName, SitePage
from accounts.models.stored_files import delete_file_on_commit

__all__ = [
    "Announcement",
    "NOTICE_KINDS",
    "PROFILE_FIELDS",
    "AccessRecovery",
    "Audience",
    "Birthday",
    "Block",
    "Commenters",
    "DeviceLogin",
    "NamedList",
    "FriendRequest",
    "Friendship",
    "Group",
    "GuessCount",
    "HomeMailNote",
    "HomeShows",
    "Invitation",
    "LinkAttempt",
    "ListedFriend",
    "MailClass",
    "MailPace",
    "MailSettings",
    "MailState",
    "Member",
    "MemberSession",
    "Membership",
    "Notice",
    "NoticeKind",
    "NoticeMail",
    "NoticeQuerySet",
    "NoticeStop",
    "NoticeTopic",
    "PageName",
    "Phone",
    "PhoneLogin",
    "PhoneOpener",
    "PicturesOn",
    "PublicCharField",
    "PublicTextField",
    "RecoveryEnd",
    "RecoveryKind",
    "Refusal",
    "ServerRegistration",
    "SitePage",
    "contained_audiences",
    "count_mutual_friends",
    "delete_file_on_commit",
    "friends_to_choose",
    "in_audience",
    "members_found",
    "mutual_friends",
    "picture_known_to",
    "readable_by",
    "register_notice_kinds",
]
