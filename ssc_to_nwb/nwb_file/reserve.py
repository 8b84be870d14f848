"""Takes large arrays out of an NWBFile before it is written, and leaves reserved, empty data sets in their place.

hdmf writes everything else; the arrays follow chunk by chunk through the fast path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from hdmf.backends.hdf5 import H5DataIO
from hdmf.common import VectorData
from hdmf.container import Data
from pynwb import NWBFile
from pynwb.base import TimeSeries
from pynwb.image import GrayscaleImage

from ssc_to_nwb.chunk_shapes import ARRAY_CHUNK_MB, chunk_shape
from ssc_to_nwb.data_types.imaging_stacks.frames import StackFrames
from ssc_to_nwb.nwb_file.chunk_codec import Compression
from ssc_to_nwb.tif.lazy_pages import LazyData, LazyPages

# Below this a data set is written by hdmf as it is: a chunk of its own would cost more than it saves.
_SMALL_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedArray:
    """A reserved data set and the values that belong into it; `io.dataset` is there once hdmf has written.

    container: of compounds, whose data set is written without rows and has to grow.
    """

    io: Any
    values: np.ndarray | LazyPages
    container: Data | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedFrames:
    """The reserved data sets of the channels of one stack, green first."""

    ios: tuple[Any, ...]
    frames: tuple[StackFrames, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Everything that was taken out of a file."""

    arrays: tuple[ReservedArray, ...]
    stacks: tuple[ReservedFrames, ...]


def reserve_large_data(nwbfile: NWBFile, *, compression: Compression) -> Reserved:
    """Replace the large arrays and the frames in `nwbfile` by reserved data sets; returns what is to be filled in."""
    arrays: list[ReservedArray] = []
    frames: dict[int, list[tuple[Any, StackFrames]]] = {}
    for container in list(nwbfile.objects.values()):
        for values, put in _large_values(container):
            if isinstance(values, StackFrames):
                io = _reserved(values.maxshape, values.dtype, values.chunk_shape, compression)
                frames.setdefault(id(values.stack), []).append((io, values))
            else:
                lazy = isinstance(values, LazyPages)
                chunks = (
                    values.chunk_shape if lazy else chunk_shape(values.shape, values.dtype, chunk_mb=ARRAY_CHUNK_MB)
                )
                if values.dtype.names is None:
                    io = _reserved(values.shape, values.dtype.newbyteorder("="), chunks, compression)
                    arrays.append(ReservedArray(io=io, values=values))
                else:
                    io = _without_rows(values, chunks, compression)
                    arrays.append(ReservedArray(io=io, values=values, container=container))
            put(io)
    stacks = [sorted(parts, key=lambda part: part[1].channel) for parts in frames.values()]
    return Reserved(
        arrays=tuple(arrays),
        stacks=tuple(
            ReservedFrames(ios=tuple(io for io, _ in parts), frames=tuple(one for _, one in parts)) for parts in stacks
        ),
    )


def _large_values(container: Any) -> list[tuple[Any, Callable[[Any], None]]]:
    """The large values of an object, each with the function that puts something else in its place."""
    found: list[tuple[Any, Callable[[Any], None]]] = []
    if isinstance(container, TimeSeries):
        for name in ("data", "timestamps"):
            values = container.fields.get(name)
            if _is_large(values):
                found.append((values, partial(container.fields.__setitem__, name)))
    elif isinstance(container, GrayscaleImage | VectorData) and _is_large(container.data):
        found.append((container.data, lambda io: container.transform(lambda _: io)))
    return found


def _is_large(values: Any) -> bool:
    if isinstance(values, LazyData):
        return True
    return isinstance(values, np.ndarray) and values.dtype.kind in "biufV" and values.nbytes >= _SMALL_BYTES


def _reserved(shape: tuple[int, ...], dtype: np.dtype, chunks: tuple[int, ...], compression: Compression) -> ReservedIO:
    return ReservedIO(shape=shape, dtype=np.dtype(dtype), chunks=chunks, **compression.dataset_options())


def _without_rows(values: np.ndarray, chunks: tuple[int, ...], compression: Compression) -> ReservedIO:
    """hdmf goes through compounds row by row, looking for references: it gets none to go through."""
    return ReservedIO(data=values[:0], maxshape=values.shape, chunks=chunks, **compression.dataset_options())


class ReservedIO(H5DataIO):
    """An H5DataIO without values that is not taken for an empty column: hdmf leaves out the names of such columns."""

    def __bool__(self) -> bool:
        return True
