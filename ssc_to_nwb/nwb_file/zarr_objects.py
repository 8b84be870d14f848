"""hdmf-zarr's part of a Zarr folder: everything but the values of large arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numcodecs
import numpy as np
from hdmf.data_utils import AbstractDataChunkIterator, DataChunk
from hdmf_zarr import NWBZarrIO, ZarrDataIO
from pynwb import NWBFile

from ssc_to_nwb.nwb_file.reserve import DataPlace


class Unfilled(AbstractDataChunkIterator):
    """Values that come later: a shape and a type, and no chunk."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self._shape = shape
        self._dtype = np.dtype(dtype)

    def __iter__(self) -> Iterator[DataChunk]:
        return self

    def __next__(self) -> DataChunk:
        raise StopIteration

    def __len__(self) -> int:
        return self._shape[0]

    def recommended_chunk_shape(self) -> None:
        """The chunk shape is told elsewhere."""

    def recommended_data_shape(self) -> tuple[int, ...]:
        """The whole shape."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """Type of the values."""
        return self._dtype

    @property
    def maxshape(self) -> tuple[int, ...]:
        """The whole shape: it does not grow."""
        return self._shape


def unfilled_io(shape: tuple[int, ...], dtype: np.dtype, chunks: tuple[int, ...], *, compressor: Any) -> ZarrDataIO:
    """Stands for an array to be filled later; compressor: a numcodecs codec, or None."""
    return ZarrDataIO(data=Unfilled(shape, dtype), chunks=chunks, compressor=compressor or False)


def write_objects(nwbfile: NWBFile, path: Path) -> Callable[[DataPlace], str]:
    """Write a file's objects; returns a function that tells under which name the values of a place stand."""
    with _Writer(str(path), mode="w-") as io:
        io.write(nwbfile, cache_spec=True, consolidate_metadata=False)
        builders = {id(place): io.manager.get_builder(place) for place in nwbfile.objects.values()}

    def name_of(place: DataPlace) -> str:
        builder = builders[id(place.container)]
        names = [builder.name] if place.field is None else [place.field, builder.name]
        while builder.parent is not None:
            builder = builder.parent
            names.append(builder.name)
        # The topmost builder is the file itself.
        return "/".join(reversed(names[:-1]))

    return name_of


class _Writer(NWBZarrIO):
    """NWBZarrIO that stores texts and references as JSON, which any reader may decode.

    hdmf-zarr pickles them by default, which numcodecs does not read unless allowed to: a pickle can run any code.
    """

    def __init__(self, path: str, *, mode: str) -> None:
        from pynwb import get_manager

        # NWBZarrIO has no argument for the codec, the class below it has.
        super(NWBZarrIO, self).__init__(path, manager=get_manager(), mode=mode, object_codec_class=numcodecs.JSON)
