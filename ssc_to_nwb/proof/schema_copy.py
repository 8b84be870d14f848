"""The copy of the schema in the file: what readers that don't know this version of NWB go by."""

from __future__ import annotations

import json
from typing import Any

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.nwb_reader import ObjectError

SCHEMA = "/specifications"
NAMESPACES = ("core", "hdmf-common", "hdmf-experimental")
_LOCATION = ".specloc"


def check_schema_copy(work: Comparison) -> None:
    """See that the file says where the copy is, that every namespace is whole, and that the version is the file's own.

    What the schema says is pynwb's, not the source's: it is not compared.
    """
    found = work.reader.attribute("/", _LOCATION)
    if found != SCHEMA:
        work.proof.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, "/", expected=f"{_LOCATION} = {SCHEMA}", found=repr(found))
    # An extension that was loaded when the file was written is there too, used or not.
    for name in dict.fromkeys((*NAMESPACES, *work.reader.members(SCHEMA))):
        work.proof.guarded(f"{SCHEMA}/{name}", _check_namespace, work, name)


def _check_namespace(work: Comparison, name: str) -> None:
    path = f"{SCHEMA}/{name}"
    versions = list(work.reader.members(path))
    work.proof.equal(path, expected=1, found=len(versions))
    if name == "core":
        work.proof.attribute("/", "nwb_version", versions[0])
    folder = f"{path}/{versions[0]}"
    contents: dict[str, dict[str, Any]] = {}
    for part in work.reader.members(folder):
        contents[part] = {}
        work.proof.guarded(f"{folder}/{part}", _read_content, work, f"{folder}/{part}", contents[part])
    namespace = contents.get("namespace", {}).get("namespaces", [{}])[0]
    work.proof.equal(folder, expected=(name, versions[0]), found=(namespace.get("name"), namespace.get("version")))
    sources = [part["source"] for part in namespace.get("schema", []) if "source" in part]
    work.proof.equal(folder, expected=sorted(["namespace", *sources]), found=sorted(contents))


def _read_content(work: Comparison, path: str, content: dict[str, Any]) -> None:
    text = work.reader.text(path)
    try:
        content.update(json.loads(text))
    except ValueError as failure:
        raise ObjectError(path, expected="a schema as JSON", found=str(failure)) from failure
    if not content:
        raise ObjectError(path, expected="a schema as JSON", found=text[:80])
