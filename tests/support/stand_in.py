"""The stand-in as the plugin of a rehearsal: https, with the operator's key, through a local cloud's tunnel.

It cannot reach Tencent Cloud: it goes through a proxy on this machine only, and trusts no authority but that
of the project's local cloud.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from gme_recording.api import Cloud, CloudKind
from gme_recording.api.endpoints import authorities
from gme_recording.localcloud.address import ca_folder_of
from providers.kit.serve import main
from providers.kit.values import Values
from providers.tencentcloud import configure, provider
from providers.tencentcloud.clients import Clients


def connect(configuration: Values) -> Clients:
    """As the official provider: keys from the variables, https, the region as configured."""
    region = str(configuration.get("region") or configure.DEFAULT_REGION)
    return Clients(lambda: Cloud.connect(CloudKind.TENCENT, region), "")


if __name__ == "__main__":
    assert urlsplit(os.environ["https_proxy"]).hostname == "127.0.0.1", "a rehearsal leads to a local cloud"
    assert authorities() == str(ca_folder_of(Path.cwd()) / "certificate.pem")
    vars(configure)["connect"] = connect
    main(provider())
