"""Checks of how data are stored: chunks, compression, and files outside the NWB file."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from hdmf.container import AbstractContainer, Data
from pynwb.base import TimeSeries
from pynwb.image import ImageSeries

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.validate.arrays import all_values, stored
from ssc_to_nwb.validate.project_check import examples, project_check

# Below this a data set's storage matters to nobody.
LARGE_BYTES = 10e6
LARGEST_CHUNK_BYTES = 20e6
SMALLEST_CHUNK_BYTES = 10e3


@project_check(kinds.DATASET_UNCOMPRESSED, neurodata_type=None)
def check_large_data_compressed(neurodata_object: AbstractContainer) -> str | None:
    """Data sets over 10 MB are compressed."""
    found = [f"{field} has {_bytes(data) / 1e6:.0f} MB" for field, data in _large(neurodata_object) if _is_plain(data)]
    return f"{'; '.join(found)}, stored as they are." if found else None


@project_check(kinds.CHUNK_TOO_LARGE, neurodata_type=None)
def check_chunks_not_too_large(neurodata_object: AbstractContainer) -> str | None:
    """No chunk of a data set over 10 MB has more than 20 MB."""
    found = [(field, data) for field, data in _large(neurodata_object) if _chunk_bytes(data) > LARGEST_CHUNK_BYTES]
    return _sizes_of_chunks(found) if found else None


@project_check(kinds.CHUNK_TOO_SMALL, neurodata_type=None)
def check_chunks_not_too_small(neurodata_object: AbstractContainer) -> str | None:
    """Chunks of a data set over 10 MB have 10 kB at least."""
    small = [pair for pair in _large(neurodata_object) if 0 < _chunk_bytes(pair[1]) < SMALLEST_CHUNK_BYTES]
    return _sizes_of_chunks(small) if small else None


@project_check(kinds.EXTERNAL_FILE_OUTSIDE, neurodata_type=ImageSeries)
def check_external_files_inside(image_series: ImageSeries) -> str | None:
    """External files are named relative to the NWB file's folder, and lie inside it without a link out."""
    folder, names = _folder_of(image_series), _external_names(image_series)
    outside = [name for name in names if not _is_inside(name, folder=folder)]
    return f"{len(outside)} of {len(names)} files: {examples(outside)}." if outside else None


@project_check(kinds.EXTERNAL_FILE_MISSING, neurodata_type=ImageSeries)
def check_external_files_present(image_series: ImageSeries) -> str | None:
    """Every external file is there and is not empty."""
    folder, names = _folder_of(image_series), _external_names(image_series)
    if folder is None:
        return None
    missing = [name for name in names if not _is_file_with_content(folder / name)]
    return f"{len(missing)} of {len(names)} files: {examples(missing)}." if missing else None


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


def _chunk_bytes(data: Any) -> int:
    """Bytes of a chunk before compression; 0 where the data set has no chunks."""
    return math.prod(data.chunks) * int(data.dtype.itemsize) if data.chunks else 0


def _is_plain(data: Any) -> bool:
    """Whether a data set is stored as it is; one whose filters this machine does not know is compressed."""
    if hasattr(data, "compressor"):
        return data.compressor is None and not data.filters
    return bool(data.id.get_create_plist().get_nfilters() == 0)


def _sizes_of_chunks(found: list[tuple[str, Any]]) -> str:
    chunks = [f"{field}: {_chunk_bytes(data) / 1e6:.3g} MB a chunk, {tuple(data.chunks)}" for field, data in found]
    return f"{'; '.join(chunks)}."


def _folder_of(image_series: ImageSeries) -> Path | None:
    nwbfile = image_series.get_ancestor("NWBFile")
    source = None if nwbfile is None else nwbfile.container_source
    return None if source is None else Path(source).parent


def _external_names(image_series: ImageSeries) -> list[str]:
    if image_series.external_file is None:
        return []
    names = all_values(image_series.external_file).tolist()
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _is_inside(name: str, *, folder: Path | None) -> bool:
    if not name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or "\\" in name:
        return False
    if ".." in PurePosixPath(name).parts or "://" in name:
        return False
    return folder is None or (folder / name).resolve().is_relative_to(folder.resolve())


def _is_file_with_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0
