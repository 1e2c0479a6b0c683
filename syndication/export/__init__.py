"""What a member put here, as one file to take away: a ZIP of JSON and photos, made while it is sent.

Only columns that are named in `parts` are ever read, so that no secret gets near the file.
"""

from syndication.export.archive import ArchiveEntry, stream_zip
from syndication.export.whole import stream_export

__all__ = ["ArchiveEntry", "stream_export", "stream_zip"]
