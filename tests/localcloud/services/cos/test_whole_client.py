"""Every method of the vendor's client: answered, or refused as COS refuses; never broken."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from qcloud_cos.cos_exception import CosServiceError

from gme_recording.localcloud.pytest_plugin import RunningCloud
from tests.localcloud.services.cos.test_clients import BUCKET, REGION, vendor

GIVEN: Mapping[str, Any] = {
    "Bucket": BUCKET,
    "Key": "a",
    "Id": "x",
    "Position": 5,
    "Data": b"x",
    "Body": b"y",
    "UploadId": "none",
    "PartNumber": 1,
    "CopySource": {"Bucket": BUCKET, "Key": "a", "Region": REGION},
}
"""What the methods must be given; the rest is left empty."""
NOT_SERVED = {
    "append_object",
    "delete_bucket_domain_certificate",
    "get_bucket_domain_certificate",
    "get_bucket_intelligenttiering_v2",
    "get_bucket_object_lock",
    "list_bucket_intelligenttiering_configurations",
    "list_live_channel",
    "post_bucket_inventory",
    "put_bucket_domain_certificate",
    "put_bucket_intelligenttiering_v2",
    "put_bucket_object_lock",
    "select_object_content",
}


@pytest.fixture(autouse=True)
def _apart(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The client tells of every refusal, and downloads into the folder it runs in."""
    caplog.set_level(logging.CRITICAL)
    monkeypatch.chdir(tmp_path)


def methods(client: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The methods that work on a bucket, but for those of other products, and what each must be given."""
    for name, method in inspect.getmembers(client, inspect.ismethod):
        parameters = inspect.signature(method).parameters.values()
        if name.startswith(("_", "ci_")) or not any(p.name == "Bucket" for p in parameters):
            continue
        needed = [p.name for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
        yield name, {wanted: GIVEN.get(wanted, {}) for wanted in needed}


def test_every_method_is_answered_or_refused(local_cloud: RunningCloud) -> None:
    client = vendor(local_cloud)
    refused = set()
    for name, arguments in methods(client):
        local_cloud.run(lambda cloud: cloud.reset())
        client.create_bucket(Bucket=BUCKET)
        client.put_object(Bucket=BUCKET, Key="a", Body=b"hello")
        try:
            getattr(client, name)(**arguments)
        except CosServiceError as error:
            if "not served" in (error.get_error_msg() or ""):
                refused.add(name)
        except Exception as error:  # noqa: BLE001 - the client refuses what is empty before it asks
            assert not isinstance(error, AssertionError)  # noqa: PT017
        broken = local_cloud.run(lambda cloud: [seen for seen in cloud.seen if seen.status >= 500])
        assert broken == [], name
    assert refused == NOT_SERVED
