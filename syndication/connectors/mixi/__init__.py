"""mixi's Graph API as it was from 2010 on: People, Voice, Diary, Photo.

Statuses and links go to Voice, notes to the diary, photos to an album. The facts behind each
choice stand where it is made; what mixi's pages left open is named there as our reading of it.
"""

from syndication.connectors.mixi.connector import Mixi

__all__ = ["Mixi"]
