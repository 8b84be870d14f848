"""Checks of objects of any kind: texts, indices and references, chunks and compression, files outside the NWB file.

Columns of unequal length need no check: hdmf does not read such a file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from hdmf.common import DynamicTableRegion, VectorIndex
from hdmf.container import AbstractContainer, Data
from pynwb.base import TimeSeries
from pynwb.image import ImageSeries

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import all_values, blocks, decoded, shape_of, steps_where, stored
from ssc_to_nwb.validate.project_check import all_said, examples, project_check, some_of

# A whole text that says nothing. `comments` may be "no comments", pynwb's own default, and a unit "n.a.", NWB's word
# for a series whose values have none.
_EMPTY_TEXT = re.compile(
    r"unk(nown)?|placeholder|(no )?description( available)?|none( provided)?|n/?a|nan|null|not (available|specified)|"
    r"unspecified|undefined|to (do|be determined|be done)|test|required|x{2,}|\?+|-+|\.+",
    re.IGNORECASE,
)
# A word that gives a text away wherever it is in it.
_GIVEAWAY = re.compile(r"\b(todo|tbd|fixme|placeholder|lorem ipsum)\b", re.IGNORECASE)
_NOT_TEXT = frozenset(("colnames", "object_id", "name"))
_LONGEST_LIST = 1000
# Below this a data set's storage matters to nobody.
LARGE_BYTES = 10e6
LARGEST_CHUNK_BYTES = 20e6
SMALLEST_CHUNK_BYTES = 10e3


@project_check(kinds.PLACEHOLDER_TEXT, neurodata_type=None)
def check_no_placeholder_text(neurodata_object: AbstractContainer) -> str | None:
    """No text that describes an object is empty talk."""
    found = [f"{field} is {text!r}" for field, text in described(neurodata_object) if is_placeholder(text)]
    return f"{examples(found)}." if found else None


def is_placeholder(text: str) -> bool:
    """Whether a text says nothing: `unknown`, `No description.`, `TODO: ask`."""
    bare = re.sub(r"^[\s<\[(\"']+|[\s>\])\"'.:!]+$", "", text)
    return _EMPTY_TEXT.fullmatch(bare) is not None or _GIVEAWAY.search(text) is not None


def described(neurodata_object: AbstractContainer) -> Iterator[tuple[str, str]]:
    """(field, text) of every text, alone or in a list, that describes an object; its data are not among them."""
    # Numbers of trials have no unit, and NWB asks for one of every series.
    unitless = naming.TRIAL_NUMBER_SERIES.fullmatch(neurodata_object.name)
    for field, value in neurodata_object.fields.items():
        if field in _NOT_TEXT or field == "data" or (unitless and field == "unit"):
            continue
        items = [value] if isinstance(value, str) else _items(value)
        yield from ((field, text) for text in decoded(items) if isinstance(text, str))


def _items(value: Any) -> Sequence[Any]:
    """What a list holds, or a data set with one axis that is not long; nothing where it is neither."""
    if isinstance(value, (list, tuple)):
        return value
    stored = type(value).__name__ in ("StrDataset", "Dataset", "Array") or isinstance(value, np.ndarray)
    is_list = stored and len(shape_of(value)) == 1 and shape_of(value)[0] <= _LONGEST_LIST
    return list(all_values(value).tolist()) if is_list else ()


@project_check(kinds.RAGGED_INDEX_BROKEN, neurodata_type=VectorIndex)
def check_ragged_index(index: VectorIndex) -> str | None:
    """The ends of a ragged column's rows never fall, and the last is the length of its data."""
    ends = all_values(index.data).astype(np.int64)
    length = shape_of(index.target.data)[0]
    falls, first = steps_where(ends, np.less)
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


@project_check(kinds.DATASET_UNCOMPRESSED, neurodata_type=None)
def check_large_data_compressed(neurodata_object: AbstractContainer) -> str | None:
    """Data sets over 10 MB are compressed."""
    found = [f"{field} has {_bytes(data) / 1e6:.0f} MB" for field, data in _large(neurodata_object) if _is_plain(data)]
    return f"{'; '.join(found)}, stored as they are." if found else None


@project_check(kinds.CHUNK_TOO_LARGE, neurodata_type=None)
def check_chunks_not_too_large(neurodata_object: AbstractContainer) -> str | None:
    """No chunk of a data set over 10 MB has more than 20 MB."""
    return _chunks_where(neurodata_object, lambda size: size > LARGEST_CHUNK_BYTES)


@project_check(kinds.CHUNK_TOO_SMALL, neurodata_type=None)
def check_chunks_not_too_small(neurodata_object: AbstractContainer) -> str | None:
    """Chunks of a data set over 10 MB have 10 kB at least."""
    return _chunks_where(neurodata_object, lambda size: 0 < size < SMALLEST_CHUNK_BYTES)


def _chunks_where(neurodata_object: AbstractContainer, is_meant: Callable[[int], bool]) -> str | None:
    """The large data sets whose chunks are of a size that is meant, in bytes before compression; 0 without chunks."""
    found = []
    for field, data in _large(neurodata_object):
        size = math.prod(data.chunks) * int(data.dtype.itemsize) if data.chunks else 0
        if is_meant(size):
            found.append(f"{field}: {size / 1e6:.3g} MB a chunk, {tuple(data.chunks)}")
    return all_said(found)


@project_check(kinds.EXTERNAL_FILE_OUTSIDE, neurodata_type=ImageSeries)
def check_external_files_inside(image_series: ImageSeries) -> str | None:
    """External files are named relative to the NWB file's folder, and lie inside it without a link out."""
    folder, names = _folder_of(image_series), _external_names(image_series)
    outside = [name for name in names if not _is_inside(name, folder=folder)]
    return some_of(outside, len(names), "files")


@project_check(kinds.EXTERNAL_FILE_MISSING, neurodata_type=ImageSeries)
def check_external_files_present(image_series: ImageSeries) -> str | None:
    """Every external file is there and is not empty."""
    folder, names = _folder_of(image_series), _external_names(image_series)
    if folder is None:
        return None
    filled = {name for name in names if (folder / name).is_file() and (folder / name).stat().st_size}
    missing = [name for name in dict.fromkeys(names) if name not in filled]
    return some_of(missing, len(names), "files")


def _large(neurodata_object: AbstractContainer) -> Iterator[tuple[str, Any]]:
    """(field, data set) of every large data set of the object's own."""
    if isinstance(neurodata_object, Data):
        fields = {"data": neurodata_object.data}
    else:
        # Time stamps shared with another series are that series' own.
        fields = {key: value for key, value in neurodata_object.fields.items() if not isinstance(value, TimeSeries)}
    for field, value in fields.items():
        data = stored(value)
        if hasattr(data, "chunks") and hasattr(data, "dtype") and _bytes(data) > LARGE_BYTES:
            yield field, data


def _bytes(data: Any) -> int:
    return int(math.prod(data.shape)) * int(data.dtype.itemsize)


def _is_plain(data: Any) -> bool:
    """Whether a data set is stored as it is; one whose filters this machine does not know is compressed."""
    if hasattr(data, "compressor"):
        return data.compressor is None and not data.filters
    return bool(data.id.get_create_plist().get_nfilters() == 0)


def _folder_of(image_series: ImageSeries) -> Path | None:
    source = image_series.get_ancestor("NWBFile").container_source
    return None if source is None else Path(source).parent


def _external_names(image_series: ImageSeries) -> list[str]:
    if image_series.external_file is None:
        return []
    return list(map(str, decoded(all_values(image_series.external_file).tolist())))


def _is_inside(name: str, *, folder: Path | None) -> bool:
    if not name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or "\\" in name:
        return False
    if ".." in PurePosixPath(name).parts or "://" in name:
        return False
    return folder is None or (folder / name).resolve().is_relative_to(folder.resolve())
