"""TLS: the address is pinned, the certificate checked by the name."""

from __future__ import annotations

import datetime
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.safe_http import MaybeSent, NotSent, SafeHttp
from tests.accounts.safe_http.clients import AGENT, moved, resolver
from tests.scripted_server import answer, dripping, playing, silent


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    """A server side context for mixi.test that notes the name asked for, and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mixi.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("mixi.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    public, private = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    context.names = []
    context.sni_callback = lambda _sock, asked, _context: context.names.append(asked)
    return context, str(public)


def tls_client(port: int, *ca_files: str, names=("mixi.test",)) -> SafeHttp:
    return SafeHttp(
        user_agent=AGENT,
        allowed=[f"{name}:{port}" for name in names],
        resolve=resolver("127.0.0.1"),
        ca_files=ca_files,
    )


def test_tls_speaks_to_the_pinned_address_by_the_real_name(tls):
    context, ca_file = tls
    context.names.clear()
    with playing(answer("safe"), tls=context) as server:
        got = tls_client(server.port, ca_file).request("GET", f"https://mixi.test:{server.port}/")
    assert got.text == "safe"
    assert context.names == ["mixi.test"]
    assert f"Host: mixi.test:{server.port}".encode() in server.received[0]


def test_a_certificate_that_nobody_vouches_for_is_refused(tls):
    with playing(answer("safe"), tls=tls[0]) as server, pytest.raises(NotSent) as refusal:
        tls_client(server.port).request("GET", f"https://mixi.test:{server.port}/")
    assert refusal.value.reason == "tls"
    assert server.received == []


def test_a_certificate_for_another_name_is_refused(tls):
    context, ca_file = tls
    with playing(answer("safe"), tls=context) as server, pytest.raises(NotSent) as refusal:
        tls_client(server.port, ca_file, names=("evil.test",)).request(
            "GET", f"https://evil.test:{server.port}/"
        )
    assert refusal.value.reason == "tls"


def test_a_drip_over_tls_is_ended_by_the_deadline(tls):
    context, ca_file = tls
    drip = dripping(answer("x" * 500), every=0.05)
    with playing(drip, tls=context) as server:
        started = time.monotonic()
        with pytest.raises(MaybeSent) as failure:
            tls_client(server.port, ca_file).request(
                "GET", f"https://mixi.test:{server.port}/", deadline=0.4
            )
    assert failure.value.reason == "timeout"
    assert time.monotonic() - started < 10  # the whole drip takes 25 s


def test_a_server_that_never_shakes_hands_is_not_sent(tls):
    with playing(silent(30)) as server, pytest.raises(NotSent) as failure:
        tls_client(server.port, tls[1]).request(
            "GET", f"https://mixi.test:{server.port}/", deadline=0.4
        )
    assert failure.value.reason == "timeout"


def test_credentials_are_not_carried_from_https_down_to_http(tls):
    context, ca_file = tls
    with playing(answer()) as plain, playing(moved(plain.url), tls=context) as server:
        http = SafeHttp(
            user_agent=AGENT,
            allowed=[f"mixi.test:{server.port}", plain.authority],
            resolve=resolver("127.0.0.1"),
            ca_files=(ca_file,),
        )
        with pytest.raises(MaybeSent) as refusal:
            http.request(
                "GET",
                f"https://mixi.test:{server.port}/",
                headers={"Authorization": "OAuth t"},
                redirects=3,
            )
    assert refusal.value.reason == "downgrade"
    assert plain.received == []
