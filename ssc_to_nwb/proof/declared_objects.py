"""Every object of the file is as its data type declares it, and there is no other object and no other attribute."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from ssc_to_nwb.data_types import registry
from ssc_to_nwb.data_types.declared import DeclaredObject, FieldValue, Place, Table, by_path
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.proof.general import NAMESPACES, SCHEMA
from ssc_to_nwb.restoring.nwb_reader import Node, NwbTable

_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IDS = ("object_id", "namespace")


def check_declared_objects(work: Comparison) -> None:
    """Compare all objects of the file with what the data types declare of this session."""
    declared: list[DeclaredObject] = []
    for data_type, objects in registry.having("layout", "objects"):
        work.guarded(f"/ ({data_type.name})", lambda declare=objects: declared.extend(declare(work.sources)))
    found = by_path(declared)
    places = {place.path: place for one in found.values() for place in one.places()}
    for place in places.values():
        work.guarded(place.path, _check_place, work, place)
    for one in found.values():
        if isinstance(one, Table) and work.reader.has(one.path):
            work.guarded(one.path, _check_table, work, one)
    work.guarded("/", _check_others, work, places)


def _check_place(work: Comparison, place: Place) -> None:
    if place.optional and not work.reader.has(place.path):
        return
    if place.kind == "link":
        work.links_to(place.path, place.target)
        return
    if place.kind == "group":
        work.reader.group(place.path)
    else:
        _check_dataset(work, place)
    for name, value in place.attributes.items():
        work.attribute(place.path, name, value)


def _check_dataset(work: Comparison, place: Place) -> None:
    dataset = work.reader.dataset(place.path)
    # A single value of a Zarr folder is kept as a row of one.
    shape = tuple(dataset.shape) if place.axes else work.reader.values(place.path).shape
    if place.dtype is not None:
        work.dtype(place.path, dataset.dtype, expected=place.dtype)
    if place.axes is not None and len(shape) != place.axes:
        found = f"size {'x'.join(map(str, shape)) or '1'}"
        work.problem(kinds.VERIFY_SHAPE_DIFFERS, place.path, expected=f"{place.axes} axes", found=found)
    elif place.value is not None:
        _compare_value(work, place.path, place.value)


def _compare_value(work: Comparison, path: str, value: FieldValue) -> None:
    if isinstance(value, str):
        work.equal(path, expected=value, found=work.reader.text(path), accounts=True)
    elif isinstance(value, tuple):
        work.equal(path, expected=list(value), found=work.reader.texts(path), accounts=True)
    else:
        work.numbers(path, expected=np.asarray(value), found=work.reader.values(path), accounts=True)


def _check_table(work: Comparison, declared: Table) -> None:
    """Row ids, the names of the columns, and as many values in every column as there are rows."""
    table = work.view.table(declared.path)
    names = tuple(column.name for column in declared.columns)
    work.attribute(declared.path, "colnames", names if table.rows else ())
    if declared.ids is None:
        work.numbers(f"{declared.path}/id", expected=np.arange(table.rows), found=table.ids, accounts=True)
    for column in declared.columns:
        path = f"{declared.path}/{column.name}"
        if not work.reader.has(path):
            continue
        length = _last_end(work, table, column.name) if column.ragged else table.rows
        rows = work.reader.dataset(path).shape[:1]
        if rows != (length,):
            work.problem(kinds.VERIFY_SHAPE_DIFFERS, path, expected=f"{length} rows", found=f"{rows} rows")


def _last_end(work: Comparison, table: NwbTable, name: str) -> int:
    """How many values a ragged column must have, by its index."""
    path = f"{table.path}/{name}_index"
    ends = work.reader.values(path)
    # The schema has ends without a sign; how wide they are follows from how many values there are.
    if ends.shape != (table.rows,) or ends.dtype.kind != "u":
        work.problem(
            kinds.VERIFY_SHAPE_DIFFERS, path, expected=f"{table.rows} ends", found=f"{ends.shape} {ends.dtype}"
        )
    return int(ends[-1]) if ends.size else 0


def _check_others(work: Comparison, places: Mapping[str, Place]) -> None:
    """Report objects and attributes that nothing declares, and broken ids and namespaces."""
    identifiers: Counter[str] = Counter()
    unexpected: list[str] = []
    for node in work.reader.tree.walk():
        if any(node.path.startswith(f"{path}/") for path in unexpected):
            continue
        place = places.get(node.path)
        if place is None and not f"{node.path}/".startswith(f"{SCHEMA}/"):
            unexpected.append(node.path)
            work.problem(kinds.VERIFY_OBJECT_UNEXPECTED, node.path, expected="nothing", found=f"a {node.kind}")
            continue
        _check_attributes(work, node, () if place is None else (*place.attributes, *place.free))
        if "object_id" in node.attributes:
            identifiers[str(work.reader.attribute(node.path, "object_id"))] += 1
    for identifier, times in identifiers.items():
        if times > 1:
            expected = f"object_id {identifier} once"
            work.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, "/", expected=expected, found=f"{times} times")


def _check_attributes(work: Comparison, node: Node, known: Iterable[str]) -> None:
    for name in sorted(set(node.attributes) - {*known, *_IDS}):
        work.problem(
            kinds.VERIFY_OBJECT_UNEXPECTED, node.path, expected="no further attribute", found=f"attribute {name}"
        )
    if "neurodata_type" not in node.attributes:
        return
    namespace, identifier = (work.reader.attribute(node.path, name) for name in ("namespace", "object_id"))
    if namespace not in NAMESPACES:
        work.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, node.path, expected=f"namespace {NAMESPACES}", found=namespace)
    if _OBJECT_ID.fullmatch(str(identifier)) is None:
        work.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, node.path, expected="object_id, a uuid", found=identifier)
