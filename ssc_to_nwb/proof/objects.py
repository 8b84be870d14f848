"""What every object of a kind must have: tables, time series, images; their types, units, links and descriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import DTypeLike

from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.proof.comparison import Comparison
from ssc_to_nwb.restoring.nwb_table import NwbTable

# NWB's own words for "not given": a value as it stands, a resolution that is not known.
_PLAIN_SCALE = {"conversion": 1.0, "offset": 0.0, "resolution": -1.0}


def check_series(
    work: Comparison,
    path: str,
    *,
    neurodata_type: str,
    unit: str,
    clock: str | None,
    parts: Sequence[str] = (),
    data: str = "data",
) -> None:
    """Type, description, unit and scale of a time series, and whose time stamps it has.

    clock: the series whose time stamps it links to, None where it has its own; parts: texts of the source that its
    description must hold.
    """
    proof = work.proof
    work.reader.group(path)
    proof.typed(path, neurodata_type)
    proof.described(path, *parts)
    comments = work.reader.attribute(path, "comments")
    if not isinstance(comments, str) or not comments:
        proof.problem(kinds.VERIFY_ATTRIBUTE_DIFFERS, path, expected="comments, a text", found=repr(comments))
    work.reader.dataset(f"{path}/{data}")
    for name, value in {**_PLAIN_SCALE, "unit": unit}.items():
        proof.attribute(f"{path}/{data}", name, value)
    stamps = f"{path}/timestamps"
    if clock is not None:
        proof.links_to(stamps, f"{clock}/timestamps")
    else:
        proof.dtype(stamps, work.reader.dataset(stamps).dtype, expected=np.float64)
        proof.attribute(stamps, "interval", 1)
        proof.attribute(stamps, "unit", "seconds")


def check_table(
    work: Comparison,
    path: str,
    *,
    columns: Sequence[str],
    neurodata_type: str = "DynamicTable",
    ragged: Sequence[str] = (),
    types: Mapping[str, str] | None = None,
    dtypes: Mapping[str, DTypeLike] | None = None,
    axes: Mapping[str, int] | None = None,
    parts: Sequence[str] = (),
    numbered: bool = True,
) -> NwbTable:
    """Type, description and columns of a table: exactly these, in this order, each with a value per row.

    ragged: columns with several values per row; types: of columns that are no plain VectorData; dtypes: element types
    of columns that no other comparison tells; axes: number of axes of columns whose items are no single values;
    numbered: whether the row ids count from 0. Raises ObjectError where a column is absent.
    """
    proof = work.proof
    work.reader.group(path)
    proof.typed(path, neurodata_type)
    proof.described(path, *parts)
    table = work.table(path)
    # hdmf writes no names for the columns of a table without rows.
    proof.attribute(path, "colnames", tuple(columns) if table.rows else ())
    proof.typed(f"{path}/id", "ElementIdentifiers")
    proof.dtype(f"{path}/id", table.ids.dtype, expected=np.int64)
    _check_axes(work, f"{path}/id", table.ids.shape, 1)
    if numbered:
        proof.numbers(f"{path}/id", expected=np.arange(table.rows), found=table.ids)
    for name in columns:
        column = f"{path}/{name}"
        dataset = work.reader.dataset(column)
        proof.typed(column, (types or {}).get(name, "VectorData"))
        proof.described(column)
        if dtypes is not None and name in dtypes:
            proof.dtype(column, dataset.dtype, expected=dtypes[name])
        _check_axes(work, column, dataset.shape, (axes or {}).get(name, 1))
        length = table.rows
        if name in ragged:
            length = _check_index(work, table, name)
        if dataset.shape[0] != length:
            proof.problem(
                kinds.VERIFY_SHAPE_DIFFERS, column, expected=f"{length} rows", found=f"{dataset.shape[0]} rows"
            )
    return table


def _check_axes(work: Comparison, path: str, shape: tuple[int, ...], count: int) -> None:
    if len(shape) != count:
        work.proof.problem(
            kinds.VERIFY_SHAPE_DIFFERS, path, expected=f"{count} axes", found=f"size {'x'.join(map(str, shape)) or '1'}"
        )


def _check_index(work: Comparison, table: NwbTable, name: str) -> int:
    """The index of a ragged column; returns how many values the column must have."""
    path = f"{table.path}/{name}_index"
    ends = work.reader.values(path)
    work.proof.typed(path, "VectorIndex")
    work.proof.described(path)
    work.proof.attribute(path, "target", f"{table.path}/{name}")
    # The schema has ends without a sign; how wide they are follows from how many values there are.
    if ends.shape != (table.rows,) or ends.dtype.kind != "u":
        work.proof.problem(
            kinds.VERIFY_SHAPE_DIFFERS, path, expected=f"{table.rows} ends", found=f"{ends.shape} {ends.dtype}"
        )
    return int(ends[-1]) if ends.size else 0


def check_image(work: Comparison, path: str, *, parts: Sequence[str]) -> None:
    """Type and description of an image."""
    work.reader.dataset(path)
    work.proof.typed(path, "GrayscaleImage")
    work.proof.described(path, *parts)


def check_module(work: Comparison, path: str) -> None:
    """Type and description of a processing module."""
    work.reader.group(path)
    work.proof.typed(path, "ProcessingModule")
    work.proof.described(path)
