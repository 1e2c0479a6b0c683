"""mixi's Graph API as it was from 2010 on: People, Voice, Diary, Photo.

Statuses and links go to Voice, notes to the diary, photos to an album. The reasons for each
choice are documented where it is made, including what mixi's pages left open.
"""

from syndication.connectors.mixi.connector import Mixi

__all__ = ["Mixi"]
