import http.client
from urllib.parse import urlsplit

import pytest
import requests

from gme_recording.api.errors import ApiError
from gme_recording.recordings.links import play_url
from tests.recordings.world import APP, BUCKET, World


def got(world: World, url: str) -> int:
    """What anyone gets who has the link."""
    return requests.get(url, proxies={"http": world.running.url}, timeout=5).status_code


def test_a_link_plays_for_ten_minutes_and_no_longer(world: World) -> None:
    key = f"{APP}_räume & mehr_7/2026-01-01-19-00-00_0_audio.mp3"
    world.put(key)

    link = play_url(world.objects, BUCKET, key)

    assert (link.expires - world.now()).total_seconds() in range(598, 601)
    assert got(world, link.url) == http.client.OK
    assert got(world, link.url.replace("q-signature=", "q-signature=0")) == http.client.FORBIDDEN
    assert got(world, link.url.partition("?")[0]) == http.client.FORBIDDEN
    assert "local-main-account-secret-key" not in link.url
    world.advance(700)
    assert got(world, link.url) == http.client.FORBIDDEN


def test_a_link_holds_for_one_object(world: World) -> None:
    world.recorded("lobby", "7", "8", mode=1)
    seven, eight = world.listed()
    link = play_url(world.objects, BUCKET, seven, seconds=60)
    other = urlsplit(link.url)._replace(path=f"/{eight}").geturl()
    assert got(world, other) == http.client.FORBIDDEN


def test_no_link_to_what_is_not_there(world: World) -> None:
    with pytest.raises(ApiError) as refused:
        play_url(world.objects, BUCKET, "14_a_7/2026-01-01-19-00-00_0_audio.mp3")
    assert refused.value.code == "NoSuchKey"
