"""The real nginx with the example of `packaging/callbacks`; ports and certificate alone are others."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

EXAMPLE = Path(__file__).parents[2] / "packaging" / "callbacks" / "nginx.conf"
HOST = "voice.example.com"
WHOLE = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/example.conf;
}}
"""
"""What a distribution's nginx.conf has around a file in conf.d; nothing is written outside the folder."""


@dataclass(frozen=True, slots=True)
class Proxy:
    port: int
    certificate: Path

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """One request over TLS, as from outside."""
        trusting = ssl.create_default_context(cafile=str(self.certificate))
        with closing(
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=trusting)
        ) as connection:
            connection.request(method, path, body, {"Host": HOST, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()


@contextmanager
def nginx(folder: Path, receiver: str) -> Iterator[Proxy]:
    """Run it before a receiver at `host:port`; it ends with the block."""
    certificate, port = folder / "fullchain.pem", _free_port()
    certificate.write_bytes(_self_signed())
    text = EXAMPLE.read_text()
    for pattern, found in (
        (r"listen 443 ", f"listen 127.0.0.1:{port} "),
        (r"listen \[::\]:443 ssl;", ""),
        (r"/etc/letsencrypt/live/\S+/(fullchain|privkey)\.pem", str(certificate)),
        (r"server 127\.0\.0\.1:8480;", f"server {receiver};"),
    ):
        text, count = re.subn(pattern, found, text)
        assert count, f"{pattern} is not in {EXAMPLE}"
    (folder / "example.conf").write_text(text)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder, user=user))
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait(process, port)
            yield Proxy(port, certificate)
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[str], port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.01)
        else:
            return
    raise AssertionError("nginx does not listen")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _self_signed() -> bytes:
    """Key and certificate of the host, which is this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = [x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form)
