"""What the SDK raises, by the vendor's code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException


@contextmanager
def refused(code: str, says: str = "") -> Iterator[None]:
    with pytest.raises(TencentCloudSDKException) as raised:
        yield
    assert raised.value.get_code() == code
    assert says in raised.value.get_message()
    assert raised.value.get_request_id()
