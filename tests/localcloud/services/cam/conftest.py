import pytest

from tests.localcloud.sdk import Sdk


@pytest.fixture
def cam(local_cloud):
    return Sdk(local_cloud, "cam")
