from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gme_recording.localcloud.services.cos import model, pages
from gme_recording.localcloud.services.cos.model import Version
from gme_recording.localcloud.store import Store
from tests.localcloud.services.cos.wire import BUCKET, Wire, code_of, new_cloud, tree_of

keys = st.text("ab/é\ud7ff\ue000\U0010ffff", min_size=1, max_size=6)
prefixes = st.text("ab/\U0010ffff", max_size=2)
delimiters = st.sampled_from(["", "/", "a", "ab"])


def naive(found: set[str], prefix: str, delimiter: str, marker: str) -> list[str]:
    """All entries after the marker, common prefixes in angle brackets; sorted as UTF-8 bytes."""
    entries: dict[str, None] = {}
    for key in sorted(found, key=str.encode):
        if key.startswith(prefix) and key.encode() > marker.encode():
            head, cut, _ = key[len(prefix) :].partition(delimiter) if delimiter else (key, "", "")
            rolled = prefix + head + cut if cut else ""
            if rolled != marker or not rolled:
                entries[f"<{rolled}>" if rolled else key] = None
    return list(entries)


def shown(page: pages.Page) -> list[str]:
    return [f"<{entry}>" if isinstance(entry, str) else entry.key for entry in page.entries]


def filled(found: set[str], versions: int = 1) -> Store:
    cloud = new_cloud()
    now = cloud.clock.now()
    for key in found:
        for rank in range(versions):
            latest = rank == 0
            cloud.store.add(Version(BUCKET, key, rank, str(rank), now, "1", latest=latest))
    return cloud.store


def listed(store: Store, prefix: str, delimiter: str, size: int, *, start: pages.Start) -> list[str]:
    """The whole listing, page by page."""
    wanted = pages.Wanted(prefix=prefix, delimiter=delimiter, limit=size, current_only=True)
    entries: list[str] = []
    while True:
        page = pages.read(store, BUCKET, start, wanted)
        assert len(page.entries) <= size
        entries += shown(page)
        if not page.truncated:
            return entries
        last = page.entries[-1]
        marker = last if isinstance(last, str) else last.key
        start = pages.after(marker, prefix, delimiter)


@given(st.sets(keys, max_size=12), prefixes, delimiters, st.integers(1, 4), st.one_of(st.just(""), keys))
def test_pages_together_are_the_naive_listing(
    found: set[str], prefix: str, delimiter: str, size: int, marker: str
) -> None:
    store = filled(found)
    start = pages.after(marker, prefix, delimiter)
    assert listed(store, prefix, delimiter, size, start=start) == naive(found, prefix, delimiter, marker)
    store.close()


@given(st.sets(keys, max_size=5), st.integers(1, 4))
def test_versions_come_newest_first_and_none_twice(found: set[str], size: int) -> None:
    store = filled(found, versions=3)
    wanted = pages.Wanted(prefix="", delimiter="", limit=size, current_only=False)
    start, seen, more = ("", model.NEWEST), [], True
    while more:
        page = pages.read(store, BUCKET, start, wanted)
        seen += [(version.key.encode(), version.rank) for version in page.versions]
        more = page.truncated
        start = (page.versions[-1].key, page.versions[-1].rank + 1) if more else start
    assert len(seen) == 3 * len(found)
    assert all(earlier < later for earlier, later in pairwise(seen))
    store.close()


def test_a_page_of_nothing_is_not_truncated() -> None:
    store = filled({"a"})
    wanted = pages.Wanted(prefix="", delimiter="", limit=0, current_only=True)
    assert pages.read(store, BUCKET, ("", model.NEWEST), wanted) == pages.Page((), truncated=False)
    store.close()


@given(st.text(max_size=4), st.text(max_size=4))
def test_after_prefix_is_beyond_everything_with_the_prefix(prefix: str, rest: str) -> None:
    end, key = model.after_prefix(prefix).encode(), (prefix + rest).encode()
    assert not end or key < end


def test_a_listing_goes_on_at_its_token(bucket: Wire) -> None:
    for key in ("\u07ff?", "\u07ff~", "z"):
        bucket.put(key)
    query, seen = "list-type=2&max-keys=1", []
    for _ in range(3):
        page = tree_of(bucket.send("GET", query=query))
        seen += [found.value("Key") for found in page.each("Contents")]
        query = f"list-type=2&max-keys=1&continuation-token={page.value('NextContinuationToken')}"
    assert seen == ["z", "\u07ff?", "\u07ff~"]


@pytest.mark.parametrize("token", ["3r-_", "37+/", "37_", "37-_ ", "YQ", "YR==", "YQ==YQ==", "é"])
def test_a_token_that_no_listing_gave_is_refused(bucket: Wire, token: str) -> None:
    found = bucket.send("GET", query=f"list-type=2&continuation-token={token}")
    assert code_of(found) == (400, "InvalidArgument")
