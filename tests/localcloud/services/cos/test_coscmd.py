"""The vendor's command line against the running cloud."""

import os
import subprocess
import sys
from pathlib import Path

from gme_recording.localcloud.pytest_plugin import RunningCloud
from gme_recording.localcloud.services.cos.model import Bucket

EXECUTABLE = Path(sys.executable).with_name("coscmd")
BUCKET, REGION = "rec-1250000000", "ap-guangzhou"


def test_the_vendor_s_command_line_keeps_files(local_cloud: RunningCloud, tmp_path: Path) -> None:
    proxy = dict.fromkeys(("HTTP_PROXY", "http_proxy"), local_cloud.url)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **proxy}

    def run(*words: str) -> str:
        done = subprocess.run(
            [EXECUTABLE, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    names = ("-a", local_cloud.secret_id, "-s", local_cloud.secret_key, "-b", BUCKET, "-r", REGION)
    run("config", *names, "--do-not-use-ssl")
    (tmp_path / "up").write_bytes(b"0123456789abcdef" * (1 << 17))
    run("createbucket")
    run("upload", "up", "dir/a")
    run("copy", f"{BUCKET}.cos.{REGION}.myqcloud.com/dir/a", "dir/b")
    listed = [line.split()[:3] for line in run("list", "-r").splitlines() if "dir/" in line]
    assert listed == [[f"dir/{name}", "2097152", "STANDARD"] for name in "ab"]
    assert "2097152" in run("info", "dir/b")
    run("download", "dir/b", "down")
    assert (tmp_path / "down").read_bytes() == (tmp_path / "up").read_bytes()
    run("putbucketversioning", "Enabled")
    assert "Enabled" in run("getbucketversioning")
    run("delete", "-r", "-f", "--versions", "/")
    run("deletebucket", "-f")
    assert local_cloud.run(lambda cloud: cloud.store.select(Bucket)) == []
