import json
from base64 import b64encode

import pytest

from tests.localcloud.identity_provider import CLIENT, IdentityProvider
from tests.localcloud.services.cam.refused import refused

GITHUB = IdentityProvider()


def test_a_provider_is_kept_as_it_is_given(cam):
    cam("CreateOIDCConfig", **GITHUB.configuration, Description="our jobs")

    assert cam("DescribeOIDCConfig", Name="github") == {
        "ProviderType": 11,
        "IdentityUrl": "https://issuer.example.com",
        "IdentityKey": GITHUB.configuration["IdentityKey"],
        "ClientId": [CLIENT],
        "Status": 11,
        "Description": "our jobs",
        "Name": "github",
        "AutoRotateKey": 0,
    }


def test_an_update_changes_keys(cam):
    cam("CreateOIDCConfig", **GITHUB.configuration)
    renewed = IdentityProvider(number=1).configuration

    cam("UpdateOIDCConfig", **renewed)

    assert cam("DescribeOIDCConfig", Name="github")["IdentityKey"] == renewed["IdentityKey"]


def test_a_name_is_given_once_until_it_is_deleted(cam):
    cam("CreateOIDCConfig", **GITHUB.configuration)
    with refused("InvalidParameter.IdentityNameInUse"):
        cam("CreateOIDCConfig", **GITHUB.configuration)
    cam("DeleteOIDCConfig", Name="github")
    with refused("ResourceNotFound.IdentityNotExist"):
        cam("DescribeOIDCConfig", Name="github")
    cam("CreateOIDCConfig", **GITHUB.configuration)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Name": "a b"}, "InvalidParameterValue.NameError"),
        ({"IdentityUrl": "http://issuer.example.com"}, "InvalidParameterValue.IdentityUrlError"),
        ({"IdentityUrl": "https://issuer.example.com?x=1"}, "InvalidParameterValue.IdentityUrlError"),
        ({"IdentityUrl": "https://["}, "InvalidParameterValue.IdentityUrlError"),
        ({"ClientId": []}, "InvalidParameter.ParamError"),
        ({"IdentityKey": json.dumps(GITHUB.jwks)}, "InvalidParameterValue.IdentityKeyError"),
        ({"IdentityKey": b64encode(b'{"keys": []}').decode()}, "InvalidParameterValue.IdentityKeyError"),
    ],
)
def test_a_provider_that_cannot_be_is_refused(cam, parameters, code):
    with refused(code):
        cam("CreateOIDCConfig", **{**GITHUB.configuration, **parameters})


@pytest.mark.parametrize("action", ["UpdateOIDCConfig", "DeleteOIDCConfig"])
def test_a_provider_that_is_not_there_is_told_so(cam, action):
    parameters = GITHUB.configuration if action == "UpdateOIDCConfig" else {"Name": "github"}
    with refused("ResourceNotFound.IdentityNotExist"):
        cam(action, **parameters)
