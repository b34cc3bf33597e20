"""A stack of Tencent Cloud, deployed as on a real account: `cloud: tencent`, https, a state of one's own.

The local cloud's tunnel (`gme-recording cloud env --https`) answers for the vendor's hosts. Its main account
has the APPID that the stack file names, and a key that does not look like a local one. In the place of the
official plugin lies our stand-in (`tests.support.stand_in`), found by the engine where it looks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from gme_recording.deploy import cloud as local
from gme_recording.deploy.toolchain.find import INSTALLED, find
from gme_recording.deploy.watch import Silent
from gme_recording.localcloud.address import folder_of
from gme_recording.localcloud.assemble import OWNER_UIN, local_cloud
from gme_recording.localcloud.identity import Account, Key, Kind
from gme_recording.smoke import stranger
from gme_recording.smoke.stranger import ELSEWHERE
from tests.support.engine import PROVIDER, ROOT, Project

SECRET_ID, SECRET_KEY = "AKID-of-the-deployer", "secret-of-the-deployer"
"""As docs/first-deployment.md exports them."""
STRANGER = "AKID-of-a-stranger", "secret-of-a-stranger"
HOME = "operator"
PLUGIN = Path(HOME, ".pulumi/plugins/resource-tencentcloud-v0.2.3/pulumi-resource-tencentcloud")
"""Where the engine finds the official provider."""
_STAND_IN = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m tests.support.stand_in'
PROGRAM = f"""#!/bin/sh
{f'exec "{PROVIDER}"' if PROVIDER else _STAND_IN} "$@"
"""


def begin(project: Project, appid: str) -> dict[str, str]:
    """Start the local cloud with an account of that APPID; return variables of a machine that reaches it.

    Proxies are named in lower case, as in most companies, and nothing is excepted from them.
    """
    _found(folder_of(project.root), appid)
    local.start(project.root)
    told = json.loads(project.done("cloud", "env", "--https", "--python").out)
    plugin = project.root / PLUGIN
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PROGRAM)
    plugin.chmod(0o755)
    return {
        "HOME": str(project.root / HOME),
        "PULUMI_HOME": str(project.root / HOME / ".pulumi"),
        "https_proxy": told["HTTPS_PROXY"],
        **{name: told[name] for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE")},
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def operator(project: Project) -> dict[str, str]:
    """Return what an operator has exported: the keys of account and stranger, and where state is kept."""
    state = project.root / HOME / "state"
    state.mkdir()
    return {
        "TENCENTCLOUD_SECRET_ID": SECRET_ID,
        "TENCENTCLOUD_SECRET_KEY": SECRET_KEY,
        **dict(zip((stranger.ID, stranger.KEY), STRANGER, strict=True)),
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "the operator's",
    }


def engine() -> Path:
    """The official command."""
    return find(ROOT, Silent(), origins=INSTALLED).path


def pulumi(project: Project, variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it, as the operator does."""
    return subprocess.run(
        [engine(), *arguments],
        cwd=project.root,
        env=project.environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _found(folder: Path, appid: str) -> None:
    """An account of that APPID, that of a stranger, and their owners' keys."""
    cloud = local_cloud(folder)
    accounts = {Account(OWNER_UIN, appid): (SECRET_ID, SECRET_KEY), Account(*ELSEWHERE): STRANGER}
    with cloud.store.transaction():
        for account, pair in accounts.items():
            uin = account.owner_uin
            cloud.store.put(account)
            cloud.store.add(Key(*pair, Kind.OWNER, uin, account.appid, uin=uin))
    cloud.close()


class _Handler(BaseHTTPRequestHandler):
    cloud: str

    def do_GET(self) -> None:
        """Forward as a proxy does: the request line without the host."""
        where = urlsplit(self.path)
        connection = HTTPConnection(self.cloud, timeout=10)
        connection.request("GET", f"{where.path}?{where.query}", headers={"Host": where.netloc})
        answer = connection.getresponse()
        self.send_response(answer.status)
        self.end_headers()
        self.wfile.write(answer.read())
        connection.close()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def plain_http(project: Project) -> Iterator[dict[str, str]]:
    """A proxy for http: without it a request without TLS would leave the machine. Yields its variable."""
    handler = type("Handler", (_Handler,), {"cloud": urlsplit(project.cloud.url).netloc})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield {"HTTP_PROXY": f"http://127.0.0.1:{server.server_address[1]}"}
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
