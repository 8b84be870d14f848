"""What should not be there: objects and attributes of the file that no check has asked for."""

from __future__ import annotations

import re
from collections import Counter

from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.schema_copy import NAMESPACES
from ssc_to_nwb.restoring.nwb_reader import Node

# Groups that every NWB file has, filled or not.
_FRAME = frozenset(
    (
        "/acquisition", "/analysis", "/events", "/general", "/general/devices", "/general/optophysiology", "/intervals",
        "/processing", "/stimulus", "/stimulus/presentation", "/stimulus/templates",
    )
)  # fmt: skip
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FREE_ATTRIBUTES = ("object_id", "namespace")


def report_leftovers(work: Comparison) -> None:
    """Report objects nobody asked for, attributes nobody asked for, and broken ids and namespaces."""
    identifiers: Counter[str] = Counter()
    unexpected: list[str] = []
    for node in work.reader.tree.walk():
        if any(node.path.startswith(f"{path}/") for path in unexpected):
            continue
        if node.path not in work.reader.seen and node.path not in _FRAME:
            unexpected.append(node.path)
            work.proof.problem(kinds.VERIFY_OBJECT_UNEXPECTED, node.path, expected="nothing", found=f"a {node.kind}")
            continue
        _check_attributes(work, node, identifiers)
    for identifier, times in identifiers.items():
        if times > 1:
            work.proof.problem(
                kinds.VERIFY_ATTRIBUTE_DIFFERS, "/", expected=f"object_id {identifier} once", found=f"{times} times"
            )


def _check_attributes(work: Comparison, node: Node, identifiers: Counter[str]) -> None:
    for name in node.attributes:
        if name in _FREE_ATTRIBUTES:
            continue
        if (node.path, name) not in work.reader.seen_attributes:
            work.proof.problem(
                kinds.VERIFY_OBJECT_UNEXPECTED, node.path, expected="no further attribute", found=f"attribute {name}"
            )
    if "neurodata_type" in node.attributes:
        namespace = work.reader.attribute(node.path, "namespace")
        identifier = str(work.reader.attribute(node.path, "object_id"))
        identifiers[identifier] += 1
        if namespace not in NAMESPACES:
            work.proof.problem(
                kinds.VERIFY_ATTRIBUTE_DIFFERS, node.path, expected=f"namespace {NAMESPACES}", found=namespace
            )
        if _OBJECT_ID.fullmatch(identifier) is None:
            work.proof.problem(
                kinds.VERIFY_ATTRIBUTE_DIFFERS, node.path, expected="object_id, a uuid", found=identifier
            )
