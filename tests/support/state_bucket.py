"""`python -m tests.support.state_bucket make|lock <bucket>`: a bucket for state, and a job that has its lock.

Asked as the engine asks it: by an S3 client that is told nothing but keys, a proxy and a certificate.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import boto3
from botocore.config import Config

REGION = "ap-guangzhou"
LOCK = ".pulumi/locks/organization/gme-recording/local/0b1c.json"


def client() -> Any:
    config = Config(s3={"addressing_style": "virtual"})
    return boto3.client(
        "s3", region_name=REGION, endpoint_url=f"https://cos.{REGION}.myqcloud.com", config=config
    )


def make(bucket: str) -> None:
    client().create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})


def lock(bucket: str) -> None:
    held = {"pid": 1, "username": "ci", "hostname": "runner", "timestamp": "2026-01-31T00:00:00Z"}
    client().put_object(Bucket=bucket, Key=LOCK, Body=json.dumps(held).encode())


if __name__ == "__main__":
    {"make": make, "lock": lock}[sys.argv[1]](sys.argv[2])
