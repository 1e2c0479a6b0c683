"""What a member put here, as one file to take away: a ZIP of JSON and photos, made while it is sent.

Only columns that are named in `parts` are ever read, so that no secret gets near the file.
"""

from syndication.export.archive import Entry, zipped
from syndication.export.whole import streamed

__all__ = ["Entry", "streamed", "zipped"]
