"""Checks of tables: ragged indices, and references to rows that exist.

Columns of unequal length need no check: hdmf does not read such a file.
"""

from __future__ import annotations

import numpy as np
from hdmf.common import DynamicTableRegion, VectorIndex

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import all_values, blocks, first_not_rising, shape_of
from ssc_to_nwb.validate.project_check import examples, project_check


@project_check(kinds.RAGGED_INDEX_BROKEN, neurodata_type=VectorIndex)
def check_ragged_index(index: VectorIndex) -> str | None:
    """The ends of a ragged column's rows never fall, and the last is the length of its data."""
    ends = all_values(index.data).astype(np.int64)
    length = shape_of(index.target.data)[0]
    falls, first = first_not_rising(ends, strictly=False)
    last = int(ends[-1]) if ends.size else 0
    if first is None and last == length and (not ends.size or ends[0] >= 0):
        return None
    return f"{falls} ends are before the one above them; the last is {last}, the data have {length} values."


@project_check(kinds.TABLE_REGION_OUT_OF_RANGE, neurodata_type=DynamicTableRegion)
def check_table_region_in_range(region: DynamicTableRegion) -> str | None:
    """Every row number lies in the table that it refers to."""
    rows = shape_of(region.table.id.data)[0]
    outside = [block[(block < 0) | (block >= rows)] for _, block in blocks(region.data)]
    bad = np.concatenate([np.zeros(0, dtype=np.int64), *outside])
    if not bad.size:
        return None
    return f"{bad.size} references name rows {examples(np.unique(bad).tolist())}; {region.table.name} has {rows} rows."
