"""The memory that pictures took is handed back (glibc)."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.drills.processes import ROOT

DECODES = """
import io, threading
from pathlib import Path
import django
from PIL import Image

django.setup()
from accounts.media.picture_decoding import decode_picture

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024

def decode():
    for content in pictures:
        out = io.BytesIO()
        decode_picture(content, 2048, most_pixels=40_000_000).save(out, "JPEG")

pictures = []
for kind in ("PNG", "JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), "teal").save(out, kind)
    pictures.append(out.getvalue())
before = resident()
for _ in range(3):
    thread = threading.Thread(target=decode)
    thread.start()
    thread.join()
print(resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="not Linux")
def test_after_pictures_a_process_is_as_large_as_before() -> None:
    said = subprocess.run(
        [sys.executable, "-c", DECODES], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert said.returncode == 0, said.stderr
    assert int(said.stdout) < 8, f"{said.stdout} MB more"
