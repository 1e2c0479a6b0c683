"""The examples for nginx and Caddy do what the README demands of a proxy. Where one of the two is
installed, it reads its own file; nginx also stands in front of a server here."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from tests.ports import free_row

DEPLOY = settings.BASE_DIR / "profilelink" / "deploy"
NAME = "profile.example.jp"
TOKEN = "Ab-_" * 5 + "Ab"
needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_an_example_says_what_the_readme_demands(name: str) -> None:
    text = (DEPLOY / name).read_text()
    assert re.search(r"64m", text, re.I)
    assert "90s" in text
    assert "/metrics" in text
    assert "X-Forwarded-For" in text
    assert "127.0.0.1:8000" in text


def has_caddy() -> bool:
    """2.6.4 or newer: before it, buffers had other names."""
    if not shutil.which("caddy"):
        return False
    said = subprocess.run(["caddy", "version"], capture_output=True, text=True).stdout
    return tuple(map(int, re.findall(r"\d+", said)[:3])) >= (2, 6, 4)


@pytest.mark.skipif(not has_caddy(), reason="Caddy 2.6.4 or newer is not installed")
def test_caddy_reads_its_file() -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class _Echo(BaseHTTPRequestHandler):
    """Answers with the headers that came."""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = f"{self.path}\n{self.headers}{len(self.rfile.read(length))}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass


def make_certificate(folder: Path) -> None:
    """A certificate of our own for NAME."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={NAME}")
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    )
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "fullchain.pem").write_bytes(signed)
    plain = serialization.NoEncryption()
    pkcs8 = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, pkcs8, plain)
    (folder / "privkey.pem").write_bytes(pem)


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """nginx with the example, moved to other ports and folders, in front of a server that echoes."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_row(3)
    make_certificate(folder)
    backend = ThreadingHTTPServer(("127.0.0.1", port + 2), _Echo)
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"    listen \[::\].*\n", "", site)
    for before, after in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port + 1} ssl;"),
        ("127.0.0.1:8000", f"127.0.0.1:{port + 2}"),
        (f"/etc/letsencrypt/live/{NAME}", str(folder)),
        ("/var/log/nginx/profilelink.log", f"{folder}/site.log"),
    ):
        assert before in site
        site = site.replace(before, after)
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{'user root;' if os.geteuid() == 0 else ''}daemon off;\npid {folder}/pid;\nerror_log {folder}/main.log;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log {folder}/access.log;\n{paths}{site}}}\n"
    )
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    try:
        _await(port + 1)
        yield {"folder": folder, "http": port, "https": port + 1, "backend": backend}
    finally:
        process.terminate()
        process.wait(timeout=30)
        backend.shutdown()
        backend.server_close()


def _await(port: int) -> None:
    """Until something listens there."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def ask(nginx: dict[str, Any], path: str, method: str = "GET", **fields: Any) -> tuple[int, str]:
    context = ssl.create_default_context(cafile=str(nginx["folder"] / "fullchain.pem"))
    context.check_hostname = False
    https = http.client.HTTPSConnection("127.0.0.1", nginx["https"], context=context, timeout=30)
    body = fields.pop("body", None)
    with closing(https):
        https.request(method, path, body=body, headers={"Host": NAME, **fields.pop("headers", {})})
        answer = https.getresponse()
        return answer.status, answer.read().decode()


@needs_nginx
def test_nginx_tells_the_real_address_last_and_that_it_was_https(nginx) -> None:
    said = {"X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "http"}
    status, text = ask(nginx, "/login/", headers=said)
    assert status == 200
    assert "X-Forwarded-For: 192.0.2.9, 127.0.0.1" in text
    assert "X-Forwarded-Proto: https" in text
    assert f"Host: {NAME}" in text


@needs_nginx
def test_nginx_leads_from_http_to_https_and_hides_the_figures(nginx) -> None:
    plain = http.client.HTTPConnection("127.0.0.1", nginx["http"], timeout=30)
    with closing(plain):
        plain.request("GET", "/login/?a=b", headers={"Host": NAME})
        answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/login/?a=b")
    assert ask(nginx, "/metrics")[0] == 404


@needs_nginx
def test_nginx_takes_a_form_with_photos_and_no_more(nginx) -> None:
    status, text = ask(nginx, "/posts/new/", "POST", body=b"x" * 20_000_000)
    assert (status, text.endswith("20000000")) == (200, True)
    assert ask(nginx, "/posts/new/", "POST", headers={"Content-Length": "68000000"})[0] == 413


@needs_nginx
def test_nginx_writes_no_token_down_not_even_when_the_site_is_away(nginx) -> None:
    for path in (f"/s/{TOKEN}/", f"/%73/{TOKEN}/", f"/login/?next=/s/{TOKEN}/"):
        assert ask(nginx, path, headers={"Referer": f"https://{NAME}/s/{TOKEN}/"})[0] == 200
    nginx["backend"].shutdown()
    nginx["backend"].server_close()
    assert ask(nginx, f"/s/{TOKEN}/")[0] == 502
    logs = "".join(path.read_text() for path in nginx["folder"].glob("*.log"))
    assert TOKEN not in logs
