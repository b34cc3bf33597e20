"""What `cloud start|stop|status|env|reset` do between their options and their output."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import click

from gme_recording.api.credentials import LOCAL_MAIN_ACCOUNT
from gme_recording.api.endpoints import local_address
from gme_recording.api.local import LocalCloud
from gme_recording.cli.options import project_root
from gme_recording.cli.output import Output
from gme_recording.deploy import cloud
from gme_recording.deploy.attach import LOCAL_PASSPHRASE, state_folder, state_url
from gme_recording.errors import ExitCode
from gme_recording.localcloud.address import ca_folder_of
from gme_recording.localcloud.authority import Authority

REGION = "ap-guangzhou"


def start(port: int | None, output: Output) -> int:
    """Start it, if it does not run."""
    running = cloud.start(project_root(), port)
    text = f"local cloud: {running.url} (pid {running.pid}), console: {running.url}/console"
    output.show(text, {"running": True, "url": running.url, "pid": running.pid})
    return ExitCode.OK


def stop(output: Output) -> int:
    """Stop it, if it runs."""
    stopped = cloud.stop(project_root())
    output.show("local cloud: stopped" if stopped else "local cloud: was not running", {"stopped": stopped})
    return ExitCode.OK


def status(output: Output) -> int:
    """Say whether it runs."""
    running = cloud.status(project_root())
    if running is None:
        output.show("local cloud: not running (gme-recording cloud start)", {"running": False})
        return ExitCode.UNAVAILABLE
    facts = {"running": True, "url": running.url, "pid": running.pid, "started": str(running.started)}
    output.show(f"local cloud: {running.url} (pid {running.pid}, since {running.started})", facts)
    return ExitCode.OK


def env(output: Output, *, for_python: bool, https: bool) -> int:
    """Print variables; the engine takes a state folder only if there is one."""
    root = project_root()
    state_folder(root).mkdir(parents=True, exist_ok=True)
    variables = environment(local_address(root), root)
    if https:
        variables = over_https(variables, Authority(ca_folder_of(root)).certificate)
    if for_python or output.as_json:
        click.echo(json.dumps(variables, indent=2))
    else:
        click.echo("\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items()))
    return ExitCode.OK


def reset(output: Output) -> int:
    """Make it forget everything."""
    LocalCloud(local_address(project_root())).reset()
    output.show("local cloud: empty", {"reset": True})
    return ExitCode.OK


def over_https(variables: dict[str, str], certificate: Path) -> dict[str, str]:
    """Return the same for clients that are told nothing but a proxy and what to trust."""
    trust = dict.fromkeys(
        ("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), str(certificate.resolve())
    )
    plain = {"TENCENTCLOUD_PROTOCOL", "TENCENTCLOUD_COS_DOMAIN"}
    return {name: value for name, value in variables.items() if name not in plain} | trust


def environment(url: str, root: Path) -> dict[str, str]:
    """Return the variables that route vendor SDKs and the official provider to the local cloud.

    Lower-case proxy variables are left out on purpose: gRPC would send the engine's own calls through them.
    """
    return {
        "HTTP_PROXY": url,
        "HTTPS_PROXY": url,
        "no_proxy": "127.0.0.1,localhost",
        "TENCENTCLOUD_PROTOCOL": "HTTP",
        "TENCENTCLOUD_COS_DOMAIN": f"http://cos.{REGION}.myqcloud.com",
        "TENCENTCLOUD_REGION": REGION,
        "TENCENTCLOUD_SECRET_ID": LOCAL_MAIN_ACCOUNT.secret_id,
        "TENCENTCLOUD_SECRET_KEY": LOCAL_MAIN_ACCOUNT.secret_key.reveal(),
        "TENCENTCLOUD_READ_RETRY_TIMEOUT": "1",
        "TENCENTCLOUD_WRITE_RETRY_TIMEOUT": "1",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_BACKEND_URL": state_url(root),
        "PULUMI_CONFIG_PASSPHRASE": LOCAL_PASSPHRASE,
        "GME_RECORDING_CLOUD": url,
    }
