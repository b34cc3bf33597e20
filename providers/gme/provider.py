"""The provider `gme`: what Tencent's own provider lacks, used with every cloud."""

from __future__ import annotations

from pulumi.provider.experimental.provider import CheckFailure

from providers.gme.clouds import Clouds
from providers.gme.recording_settings import RecordingSettings
from providers.kit.check import Failure
from providers.kit.property import Property
from providers.kit.provider import Package, TableProvider
from providers.kit.values import Values

VERSION = "0.1.0"


def word(failure: Failure, resource: str) -> CheckFailure:
    """Tell a failure at its property; the engine names the resource."""
    del resource
    return CheckFailure(failure.path, failure.reason)


def connect(configuration: Values) -> Clouds:
    """Return the ways to the clouds; the provider needs no configuration."""
    del configuration
    return Clouds()


def provider() -> TableProvider[Clouds]:
    """Return a new provider, not configured yet."""
    return TableProvider(
        Package(
            name="gme",
            version=VERSION,
            configuration=(Property(name="version"),),
            connect=connect,
            resources=(RecordingSettings,),
            functions={},
            word=word,
        )
    )
