"""The import file that a preview writes, as two versions of the CLI word it."""

import pytest

from gme_recording.deploy.takeover import providers

NAME, TOKEN = "recording-provider-eu-frankfurt", "pulumi:providers:tencentcloud"
PARENT = "gme-recording:recording:RecordingEnvironment"
COMPONENT = {"type": PARENT, "name": "recording", "component": True}
BUCKET = {"type": "tencentcloud:Cos/bucket:Bucket", "name": "voice", "id": "<PLACEHOLDER>", "provider": NAME}


@pytest.mark.parametrize(
    "listed",
    [
        {
            "nameTable": {
                NAME: f"urn:pulumi:prod::p::{PARENT}${TOKEN}::{NAME}",
                "recording-access": f"urn:pulumi:prod::p::{PARENT}$gme-recording:a:Access::recording-access",
                "recording": f"urn:pulumi:prod::p::{PARENT}::recording",
            },
            "resources": [COMPONENT, BUCKET],
        },
        {
            "resources": [
                COMPONENT,
                {"type": TOKEN, "name": NAME, "parent": "recording", "inputs": {"region": "eu-frankfurt"}},
                BUCKET,
            ]
        },
    ],
    ids=["3.254", "3.259"],
)
def test_the_providers_of_other_regions_are_found(listed):
    assert providers(listed) == {NAME: (TOKEN, "recording")}


def test_a_stack_of_one_region_makes_no_provider():
    assert providers({"resources": [COMPONENT]}) == {}
