"""What is new is in the bucket, and reads do not see it yet: the fault `unseen`."""

from gme_recording.localcloud.faults import Effect, Fault
from tests.localcloud.services.cos.wire import Wire, code_of, tree_of


def unseen(bucket: Wire) -> None:
    """Ten minutes later, reads do not see what is younger than one."""
    bucket.advance(minutes=10)
    bucket.cloud.faults.add(Fault(effect=Effect.UNSEEN, service="cos", seconds=60))


def test_new_objects_are_neither_read_nor_listed_and_hide_no_older_ones(bucket: Wire) -> None:
    bucket.put("a")
    bucket.put("z")
    unseen(bucket)
    for key in ("b", "c", "d"):
        bucket.put(key)
    assert code_of(bucket.get("b")) == (404, "NoSuchKey")
    assert bucket.send("HEAD", "/b").status == 404
    assert bucket.keys() == ["a", "z"]
    page = tree_of(bucket.send("GET", query="max-keys=1&marker=a"))
    assert [found.value("Key") for found in page.each("Contents")] == ["z"]
    bucket.advance(seconds=61)
    assert bucket.keys() == ["a", "b", "c", "d", "z"]


def test_a_new_object_is_hidden_from_reads_alone(bucket: Wire) -> None:
    unseen(bucket)
    bucket.put("a")
    assert code_of(bucket.send("DELETE", "/")) == (409, "BucketNotEmpty")


def test_new_uploads_and_parts_are_not_listed(bucket: Wire) -> None:
    def begin() -> str:
        return tree_of(bucket.send("POST", "/big", "uploads")).value("UploadId")

    def listed(query: str, each: str, path: str = "/") -> int:
        return len(list(tree_of(bucket.send("GET", path, query)).each(each)))

    upload = begin()
    unseen(bucket)
    begin()
    assert bucket.send("PUT", "/big", f"partNumber=1&uploadId={upload}", body=b"x").status == 200
    assert listed("uploads", "Upload") == 1
    assert listed(f"uploadId={upload}", "Part", "/big") == 0
    bucket.advance(seconds=61)
    assert listed("uploads", "Upload") == 2
    assert listed(f"uploadId={upload}", "Part", "/big") == 1
