"""The export of a member's data: a ZIP of JSON and photos, streamed while it is made.

Only columns that are named in `parts` are ever read, so that no secret gets near the file.
"""

from syndication.export.archive import ArchiveEntry, stream_zip
from syndication.export.whole import stream_export

__all__ = ["ArchiveEntry", "stream_export", "stream_zip"]
