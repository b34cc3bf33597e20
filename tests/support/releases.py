"""GitHub's releases of the official provider, for a machine that cannot reach them: a proxy on loopback.

`python -m tests.support.releases <file>` writes the variables that lead to it into the file, then serves
one release, v0.2.3, for this platform. In its archive lies the stand-in that a rehearsal uses.
"""

from __future__ import annotations

import io
import json
import platform
import ssl
import sys
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gme_recording.localcloud.certificates import new_authority, new_leaf
from tests.support.rehearsal import PLUGIN, PROGRAM

HOST = "api.github.com"
REPOSITORY = f"https://{HOST}/repos/tencentcloudstack/pulumi-tencentcloud"
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
ASSET = f"pulumi-resource-tencentcloud-v0.2.3-{platform.system().lower()}-{ARCHITECTURE}.tar.gz"
ARCHIVE = f"{REPOSITORY}/releases/assets/1"


def archive() -> bytes:
    """The plugin as it is published: one executable in a compressed archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo(PLUGIN.name)
        member.mode, member.size = 0o755, len(PROGRAM)
        tar.addfile(member, io.BytesIO(PROGRAM.encode()))
    return packed.getvalue()


def answers() -> dict[str, bytes]:
    """What is asked for, by URL."""
    release = {"tag_name": "v0.2.3", "assets": [{"name": ASSET, "url": ARCHIVE}]}
    return {f"{REPOSITORY}/releases/tags/v0.2.3": json.dumps(release).encode(), ARCHIVE: archive()}


class Handler(BaseHTTPRequestHandler):
    """A tunnel to HOST that ends here."""

    context: ssl.SSLContext
    answers: dict[str, bytes]

    def do_CONNECT(self) -> None:
        if self.path != f"{HOST}:443":
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        with self.context.wrap_socket(self.connection, server_side=True) as inside:
            self.rfile, self.wfile = inside.makefile("rb"), inside.makefile("wb")
            self.handle_one_request()

    def do_GET(self) -> None:
        content = self.answers.get(f"https://{HOST}{self.path}")
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        pass


def main(file: Path) -> None:
    """Serve until the end of the process."""
    folder = file.resolve().parent
    authority = new_authority(("github.com",))
    leaf, trusted = folder / "releases-leaf.pem", folder / "releases-trusted.pem"
    leaf.write_bytes(new_leaf(authority, HOST))
    trusted.write_bytes(authority[authority.index(b"-----BEGIN CERTIFICATE-----") :])
    Handler.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Handler.context.load_cert_chain(leaf)
    Handler.answers = answers()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        draft = file.with_suffix(".new")
        draft.write_text(
            f"export https_proxy=http://127.0.0.1:{server.server_port} SSL_CERT_FILE={trusted}\n"
        )
        draft.rename(file)
        server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
