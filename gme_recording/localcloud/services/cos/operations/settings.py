"""The bucket's sub-resources that are documents: put, get, delete. Each kind is a row of `configurations`."""

from __future__ import annotations

from uuid import uuid4

from gme_recording.localcloud.cloud import Call
from gme_recording.localcloud.dialects import documents
from gme_recording.localcloud.dialects.documents import Element, leaf, tree
from gme_recording.localcloud.services.cos import lifecycle, scan
from gme_recording.localcloud.services.cos.configurations import KINDS, LIFECYCLE, Kind
from gme_recording.localcloud.services.cos.errors import (
    INVALID_ARGUMENT,
    MALFORMED_XML,
    NO_SUCH_BUCKET,
    NO_SUCH_CONFIGURATION,
)
from gme_recording.localcloud.services.cos.model import Configuration
from gme_recording.localcloud.services.cos.routes import COS
from gme_recording.localcloud.services.cos.targets import bucket_named, on_bucket

INVENTORY = "inventory"


def _keep(call: Call, bucket: str, kind: Kind, document: Element) -> None:
    _require_root(document, kind.root)
    kind.check(call, bucket_named(call, bucket), document)
    call.store.put(Configuration(bucket, kind.subresource, documents.render(document)))


def _require_root(document: Element, root: str) -> None:
    if document.name != root:
        raise MALFORMED_XML(problem=f"the root must be {root}, not {document.name}")


def _register(kind: Kind) -> None:
    """`PUT`, `GET` and, where there is such a thing, `DELETE` of one kind."""

    def put(call: Call, *, bucket: str, document: Element) -> None:
        _keep(call, bucket, kind, document)

    def get(call: Call, *, bucket: str) -> Element:
        found = call.store.find(Configuration, bucket=bucket, kind=kind.subresource)
        if found is not None:
            return documents.parse(found.text)
        if kind.absent:
            raise kind.not_there()
        return tree(kind.root, kind.initial)

    def delete(call: Call, *, bucket: str) -> None:
        if found := call.store.find(Configuration, bucket=bucket, kind=kind.subresource):
            call.store.delete(found)

    where = f"bucket {kind.subresource}"
    absent = (kind.not_there,) if kind.absent else ()
    refused = (NO_SUCH_BUCKET, MALFORMED_XML, INVALID_ARGUMENT, *kind.refuses)
    if f"Put{kind.name}" not in COS.operations:
        COS.operation(f"Put{kind.name}", match=f"PUT {where}", on=on_bucket, refuses=refused)(put)
    COS.operation(f"Get{kind.name}", match=f"GET {where}", on=on_bucket, refuses=(NO_SUCH_BUCKET, *absent))(
        get
    )
    if kind.deletable:
        COS.operation(f"Delete{kind.name}", match=f"DELETE {where}", on=on_bucket, refuses=(NO_SUCH_BUCKET,))(
            delete
        )


@COS.operation(
    "PutBucketLifecycle",
    match="PUT bucket lifecycle",
    on=on_bucket,
    refuses=(NO_SUCH_BUCKET, MALFORMED_XML, INVALID_ARGUMENT),
)
def put_bucket_lifecycle(call: Call, *, bucket: str, document: Element) -> None:
    """Rules without an ID get one; the next daily scan carries them out."""
    _keep(call, bucket, LIFECYCLE, lifecycle.with_ids(document, lambda: uuid4().hex))
    scan.plan(call)


for _kind in (LIFECYCLE, *KINDS):
    _register(_kind)


@COS.operation(
    "PutBucketInventory",
    match="PUT bucket inventory",
    on=on_bucket,
    refuses=(NO_SUCH_BUCKET, MALFORMED_XML, INVALID_ARGUMENT),
)
def put_bucket_inventory(call: Call, *, bucket: str, id: str, document: Element) -> None:  # noqa: A002
    """Kept and given back; no inventory is ever written."""
    _require_root(document, "InventoryConfiguration")
    if document.value("Id") != id:
        raise INVALID_ARGUMENT(problem=f"the Id in the document is not {id!r}")
    call.store.put(Configuration(bucket, INVENTORY, documents.render(document), id))


@COS.operation(
    "GetBucketInventory",
    match="GET bucket inventory",
    on=on_bucket,
    refuses=(NO_SUCH_BUCKET, NO_SUCH_CONFIGURATION),
)
def get_bucket_inventory(call: Call, *, bucket: str, id: str = "") -> Element:  # noqa: A002
    """One by its id; all of them without."""
    if not id:
        every = call.store.select(Configuration, bucket=bucket, kind=INVENTORY)
        listed = (documents.parse(configuration.text) for configuration in every)
        return tree("ListInventoryConfigurationResult", [*listed, leaf("IsTruncated", "false")])
    found = call.store.find(Configuration, bucket=bucket, kind=INVENTORY, name=id)
    if found is None:
        raise NO_SUCH_CONFIGURATION(name=id)
    return documents.parse(found.text)


@COS.operation(
    "DeleteBucketInventory", match="DELETE bucket inventory", on=on_bucket, refuses=(NO_SUCH_BUCKET,)
)
def delete_bucket_inventory(call: Call, *, bucket: str, id: str) -> None:  # noqa: A002
    if found := call.store.find(Configuration, bucket=bucket, kind=INVENTORY, name=id):
        call.store.delete(found)
