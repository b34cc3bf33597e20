"""A certificate authority of this project alone, so that unmodified https clients reach the local cloud.

Its key never leaves the folder `.local/cloud/ca`. It is made when it is first asked for.
"""

from __future__ import annotations

import os
import re
import ssl
from pathlib import Path
from tempfile import NamedTemporaryFile

DOMAINS = ("tencentcloudapi.com", "myqcloud.com")
MAX_CONTEXTS = 256
"""Hosts whose certificates are at hand."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?:{'|'.join(map(re.escape, DOMAINS))})")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def is_vendor(host: str) -> bool:
    """Whether the local cloud may stand for that host; expects lower case."""
    return _HOST.fullmatch(host) is not None


class Authority:
    """`authority.pem` in the folder, for its owner only, holds key and certificate; `certificate.pem` is the
    certificate for clients. Several processes may ask for them at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def certificate(self) -> Path:
        """The file that clients are to trust."""
        path = self._folder / "certificate.pem"
        text = _CERTIFICATE + self._secret().partition(_CERTIFICATE)[2]
        if not path.exists() or path.read_bytes() != text:
            self._draft(text).replace(path)
        return path

    def context(self, host: str) -> ssl.SSLContext:
        """TLS as that host."""
        if host not in self._contexts:
            if len(self._contexts) >= MAX_CONTEXTS:
                self._contexts.pop(next(iter(self._contexts)))
            self._contexts[host] = self._new_context(host)
        return self._contexts[host]

    def _new_context(self, host: str) -> ssl.SSLContext:
        from gme_recording.localcloud.certificates import new_leaf  # noqa: PLC0415 - heavy, see there

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        draft = self._draft(new_leaf(self._secret(), host))
        try:
            context.load_cert_chain(draft)
        finally:
            draft.unlink()
        return context

    def _secret(self) -> bytes:
        """Key and certificate of the authority, made if they are missing."""
        path = self._folder / "authority.pem"
        if not path.exists():
            from gme_recording.localcloud.certificates import new_authority  # noqa: PLC0415

            draft = self._draft(new_authority(DOMAINS))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # another process was quicker
            finally:
                draft.unlink()
        return path.read_bytes()

    def _draft(self, content: bytes) -> Path:
        """A new file in the folder, for its owner only."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as file:
            file.write(content)
        return Path(file.name)
