"""Which cloud is spoken to: its kind, region and credentials, and the way there."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gme_recording.api import credentials
from gme_recording.api.credentials import CloudKind, Credentials
from gme_recording.errors import ExitCode, UserError

ADDRESS_FILE = Path(".local", "cloud", "address.json")
"""Where the local cloud writes its address, below the project's folder."""
START_LOCAL_CLOUD = "gme-recording cloud start"


@dataclass(frozen=True, slots=True)
class Cloud:
    """Everything a client needs to know about the cloud it calls."""

    kind: CloudKind
    region: str
    credentials: Credentials
    url: str = ""
    """The local cloud's address, used as HTTP proxy; empty for Tencent Cloud."""

    @classmethod
    def connect(cls, kind: CloudKind, region: str, root: Path | None = None) -> Self:
        """Find credentials and address; nothing is called. `root` is the project's folder."""
        url = local_address(root or Path.cwd()) if kind is CloudKind.LOCAL else ""
        return cls(kind, region, credentials.find(kind), url)

    @property
    def scheme(self) -> str:
        """`http` through the local cloud, whose proxy answers for the real host names; else `https`."""
        return "http" if self.url else "https"

    @property
    def proxies(self) -> dict[str, str] | None:
        return {"http": self.url} if self.url else None


def local_address(root: Path) -> str:
    """Return the URL of the project's local cloud: `GME_RECORDING_CLOUD`, else the address file."""
    if url := os.environ.get("GME_RECORDING_CLOUD"):
        return url.rstrip("/")
    file = root / ADDRESS_FILE
    try:
        url = json.loads(file.read_text(encoding="utf-8"))["url"]
    except FileNotFoundError:
        raise UserError(
            "the local cloud is not running", hint=START_LOCAL_CLOUD, exit_code=ExitCode.UNAVAILABLE
        ) from None
    except (ValueError, KeyError, TypeError):
        raise UserError(
            f"{file} does not hold the local cloud's address",
            hint=START_LOCAL_CLOUD,
            exit_code=ExitCode.UNAVAILABLE,
        ) from None
    return str(url).rstrip("/")


def root_domain() -> str:
    """Root of the API hosts; `TENCENTCLOUD_DOMAIN=intl.tencentcloudapi.com` selects the international site.

    The variable is the official provider's; both sites answer the five recording actions.
    """
    return os.environ.get("TENCENTCLOUD_DOMAIN") or "tencentcloudapi.com"


def authorities() -> str | None:
    """File or folder of the certificate authorities to trust; None for those that the vendor's SDKs bring.

    `REQUESTS_CA_BUNDLE` (read by requests), else `SSL_CERT_FILE` (read by OpenSSL, the engine and the
    official provider): where a company's proxy looks into TLS, one of them names the proxy's own authority.
    """
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        if path := os.environ.get(name):
            if Path(path).exists():
                return path
            raise UserError(
                f"{name} is {path}: there is no such file",
                hint=f"correct it, or: unset {name}",
                exit_code=ExitCode.UNAVAILABLE,
            )
    return None
