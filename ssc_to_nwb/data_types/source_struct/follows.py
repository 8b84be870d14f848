"""What the provenance says of the struct and of the source files, and the file of the program that made it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.registry import having
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.following import Followed, Follows
from ssc_to_nwb.restoring.nwb_reader import ObjectError
from ssc_to_nwb.system_files import REASON as SYSTEM_FILE_REASON

_SOURCE = f"/processing/{naming.SOURCE_MODULE}"
_VALUE = f"{_SOURCE}/{naming.PROVENANCE}/value"
_FILES = f"{_SOURCE}/{naming.SOURCE_FILES}"
_GENERATED_BY = "/general/was_generated_by"
_OTHER_VARIABLE = "other-variable"
_DISPOSITIONS = {"written": "written", "derived": "derived", "kept": "kept verbatim"}


def tool(file: FileView) -> Iterator[Followed]:
    """The program and its version, once among the general fields and once in the provenance."""
    values = file.reader.values(_GENERATED_BY)
    if values.shape != (1, 2):
        raise ObjectError(_GENERATED_BY, expected="one program and its version", found=f"shape {values.shape}")
    items = file.provenance
    yield Followed(_GENERATED_BY, [items["tool"], items["tool_version"]], values[0].tolist())
    yield Followed(_VALUE, "ssc_to_nwb", items["tool"], covers=())


def provenance(file: FileView) -> Iterator[Followed]:
    """The name of the session variable, the hash of the metadata, and the ledger in short."""
    items = file.provenance
    digest = hashlib.sha256(items["metadata"].encode()).hexdigest()
    yield Followed(_VALUE, digest, items["metadata_sha256"], covers=())
    yield Followed(_VALUE, file.variable, items["source_variable"], covers=())
    ledger, rules = json.loads(items["ledger"]), json.loads(items["ledger_rules"])
    counted, by_disposition = _fields(file)
    # Variables beside the session variable are in the ledger alone.
    others = rules.get(_OTHER_VARIABLE, 0)
    found_rules = {name: count for name, count in rules.items() if name != _OTHER_VARIABLE}
    yield Followed(_VALUE, dict(counted), found_rules, covers=())
    by_disposition["left out"] = others
    for disposition, expected in _files(file).items():
        expected["leaves"] = by_disposition[disposition]
        found = {name: count for name, count in ledger[disposition].items() if name != "bytes"}
        yield Followed(_VALUE, expected, found, covers=())


def _fields(file: FileView) -> tuple[Counter[str], Counter[str]]:
    """Number of fields by rule, and by what became of them."""
    by_rule: Counter[str] = Counter()
    by_disposition: Counter[str] = Counter()
    for row in file.struct.rows:
        if row.how:
            by_rule[row.rule] += row.count
            by_disposition[_DISPOSITIONS[row.how.partition(",")[0]]] += row.count
    return by_rule, by_disposition


def _files(file: FileView) -> dict[str, dict[str, Any]]:
    """Number and bytes of the source files by what became of them; what an operating system left does not count."""
    table = file.table(_FILES)
    rows = zip(
        table.texts("role"), table.texts("disposition"), table.texts("reason"), table.column("bytes").tolist(),
        strict=True,
    )  # fmt: skip
    found = {name: {"files": 0, "file_bytes": 0} for name in (*_DISPOSITIONS.values(), "left out")}
    for role, disposition, reason, size in rows:
        if (role, reason) != ("left out", SYSTEM_FILE_REASON):
            found[disposition]["files"] += 1
            found[disposition]["file_bytes"] += size
    return found


def objects(file: FileView) -> Iterator[Followed]:
    """Every object that a field became is in the file, and as long as the field."""
    names = dict.fromkeys(name for row in file.struct.rows for name in row.places)
    for name in names:
        if not file.reader.has(name):
            yield Followed(name, "an object that a source field became", "nothing", covers=())
    for hook, of_columns in (("AS_LONG", False), ("AS_LONG_AS_COLUMNS", True)):
        for node in (node for _, rules in having("restore", hook) for rule in rules for node in file.claimed(rule)):
            length = node.size[-1] if of_columns else int(np.prod(node.size))
            for name in filter(file.reader.has, node.objects if of_columns else node.objects[:1]):
                yield Followed(name, length, int(file.dataset(name).shape[0]), covers=())


def row_ids(file: FileView) -> Iterator[Followed]:
    """Row ids count from 0, but for ROIs, whose ids are their numbers."""
    tree = file.reader.tree
    tables = [node.path for node in tree.walk() if node.kind == "group" and "colnames" in node.attributes]
    for path in tables:
        if tree.attribute(path, "neurodata_type") != "PlaneSegmentation":
            ids = file.table(path).ids
            yield Followed(f"{path}/id", np.arange(ids.size), ids)


FOLLOWS: Follows = {_GENERATED_BY: tool, _VALUE: provenance, f"{_SOURCE}/objects": objects, f"{_SOURCE}/id": row_ids}
