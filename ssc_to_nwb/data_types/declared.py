"""What an NWB file holds of a data type, declared once: the interface writes it so, the proof sees that it is so.

A data type's `layout.py` gives the objects of a session as the classes here. Each object comes apart into places: the
groups, datasets and links of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import DTypeLike

from ssc_to_nwb import naming
from ssc_to_nwb.chunk_shapes import FRAMES_CHUNK_MB

if TYPE_CHECKING:
    from ssc_to_nwb.ledger.ledger import LedgerEntry
    from ssc_to_nwb.problems.model import ProblemLog
    from ssc_to_nwb.session.context import SessionContext
    from ssc_to_nwb.session.raw_data import RawData
    from ssc_to_nwb.session.session import Session
    from ssc_to_nwb.tif.index import TifIndex

TEXT = np.dtype(object)
"""The element type of texts, as h5py and zarr give it."""
Attributes: TypeAlias = Mapping[str, object]
ColumnValues: TypeAlias = Any
"""Numbers (n, ...) or n texts; n arrays where the column is ragged; anything that hdmf writes bit by bit."""
FieldValue: TypeAlias = str | float | tuple[str, ...] | np.ndarray
# NWB's own words for "not given": a value as it is, a resolution that is not known.
_PLAIN_SCALE = {"conversion": 1.0, "offset": 0.0, "resolution": -1.0}
_NO_COMMENTS = "no comments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """How large data are stored, and where videos are.

    videos: folder that they are copied into, None where they stay where they are; videos_name: its name in the NWB
    file, where it will have another; link_videos: whether hard links will do in place of copies; chunk_mb: size of a
    chunk of frames before compression, in 2^20 bytes.
    """

    videos: Path | None = None
    videos_name: str = ""
    link_videos: bool = False
    chunk_mb: float = FRAMES_CHUNK_MB


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What one NWB file is made from.

    raw: None where no raw files are converted; log: takes the problems of raw files that are left out; leaves: what
    becomes of each source field, as far as that is known; storage: of what is written.
    """

    context: SessionContext
    raw: RawData | None
    log: ProblemLog
    leaves: Sequence[LedgerEntry] = ()
    storage: Storage = Storage()

    @property
    def session(self) -> Session:
        """The session as it was read."""
        return self.context.session


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One group, dataset or link of the file.

    attributes: exactly these, besides ids and namespaces; free: names of attributes that may have any value; dtype,
    axes: of a dataset, None where any will do; value: of a small dataset; target: of a link; optional: whether the
    file may do without; source: paths in the session struct of what it is made from.
    """

    path: str
    kind: Literal["group", "dataset", "link"]
    attributes: Attributes = field(default_factory=dict)
    free: tuple[str, ...] = ()
    dtype: DTypeLike | None = None
    axes: int | None = None
    value: FieldValue | None = None
    target: str = ""
    optional: bool = False
    source: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredObject:
    """An object of the file.

    text: its description, None for the types that have none; attributes: further ones; free: names of attributes that
    may have any value; fields: its small datasets by name, with their values; field_attributes: of those that have
    any; links: targets by name; parts: objects within it; inner: what else is in it; source: paths in the session
    struct of what it is made from: an array, a plane, a series of events.
    """

    path: str
    neurodata_type: str
    text: str | None = None
    attributes: Attributes = field(default_factory=dict)
    free: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    field_attributes: Mapping[str, Attributes] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[DeclaredObject, ...] = ()
    inner: tuple[Place, ...] = ()
    source: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    def places(self) -> Iterator[Place]:
        """The object itself, then what is in it."""
        yield self.itself()
        for name, value in self.fields.items():
            yield _value_place(f"{self.path}/{name}", value, self.field_attributes.get(name, {}))
        for name, target in self.links.items():
            yield Place(path=f"{self.path}/{name}", kind="link", target=target)
        for part in self.parts:
            yield from part.places()
        yield from self.inner

    def itself(self) -> Place:
        """The group or dataset that is the object."""
        described = {} if self.text is None else {"description": self.text}
        attributes = {"neurodata_type": self.neurodata_type, **described, **self.attributes}
        return Place(path=self.path, kind="group", attributes=attributes, free=self.free, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(DeclaredObject):
    """A GrayscaleImage, (column, row). values: its pixels, or the tif that has them."""

    neurodata_type: str = "GrayscaleImage"
    dtype: DTypeLike
    values: np.ndarray | TifIndex = field(compare=False, repr=False)

    def itself(self) -> Place:
        """The dataset of the pixels."""
        attributes = {"neurodata_type": self.neurodata_type, "description": self.text}
        return dataset(self.path, self.dtype, axes=2, attributes=attributes, source=self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The rows, counted from 0, of a table of ROIs. table: its path."""

    table: str
    text: str
    rows: Sequence[int] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series(DeclaredObject):
    """A time series.

    dtype, axes: of its data; clock: path of the series whose time stamps it links to, None where it has its own; rois:
    which ROI each column is of; values, seconds: data, or what makes them when they are written, and time stamps;
    clock_source: as `source`, of the time stamps, where others share them.
    """

    neurodata_type: str = "TimeSeries"
    unit: str
    dtype: DTypeLike
    axes: int = 1
    clock: str | None = None
    comments: str = _NO_COMMENTS
    rois: Region | None = None
    values: np.ndarray | Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    seconds: np.ndarray | None = field(default=None, compare=False, repr=False)
    clock_source: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def itself(self) -> Place:
        """The group of the series."""
        described = {"description": self.text, "comments": self.comments, **self.attributes}
        return Place(path=self.path, kind="group", attributes={"neurodata_type": self.neurodata_type, **described})

    def places(self) -> Iterator[Place]:
        """The group, its data, its time stamps, and what else is in it."""
        yield from DeclaredObject.places(self)
        scale = {**_PLAIN_SCALE, "unit": self.unit}
        yield dataset(f"{self.path}/data", self.dtype, axes=self.axes, attributes=scale, source=self.source)
        stamps, source = f"{self.path}/timestamps", self.clock_source or self.source
        if self.clock is None:
            seconds = {"interval": 1, "unit": "seconds"}
            yield dataset(stamps, np.float64, attributes=seconds, source=source)
        else:
            yield Place(path=stamps, kind="link", target=f"{self.clock}/timestamps", source=source)
        if self.rois is not None:
            region = {"description": self.rois.text, "table": self.rois.table}
            attributes = {"neurodata_type": "DynamicTableRegion", **region}
            yield dataset(f"{self.path}/rois", np.int64, attributes=attributes, source=self.source)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    dtype: TEXT, or that of its numbers; axes: number of axes; ragged: whether a row has any number of values; such a
    column is not in the file where no row has one; values: what is written, where the table does not make them; source:
    as of an object, that of the table where it is empty.
    """

    name: str
    dtype: DTypeLike
    text: str
    _: KW_ONLY
    axes: int = 1
    ragged: bool = False
    neurodata_type: str = "VectorData"
    attributes: Attributes = field(default_factory=dict)
    values: ColumnValues = field(default=None, compare=False, repr=False)
    source: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def places(self, table: str, source: tuple[str, ...]) -> Iterator[Place]:
        """The dataset of the column, and its index where it is ragged."""
        path = f"{table}/{self.name}"
        attributes = {"neurodata_type": self.neurodata_type, "description": self.text, **self.attributes}
        yield dataset(path, self.dtype, axes=self.axes, attributes=attributes, source=self.source or source)
        if self.ragged:
            index = {"description": f"Index for VectorData '{self.name}'", "target": path}
            yield dataset(f"{path}_index", None, attributes={"neurodata_type": "VectorIndex", **index})


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(DeclaredObject):
    """A table with these columns, in this order.

    ids: of the rows, which count from 0 where they are None; values: makes those of all columns when they are written,
    where the columns have none.
    """

    neurodata_type: str = "DynamicTable"
    # hdmf names no columns of a table without rows, so that the value depends on the rows.
    free: tuple[str, ...] = ("colnames",)
    columns: tuple[Column, ...]
    ids: np.ndarray | None = field(default=None, compare=False, repr=False)
    values: Callable[[], Mapping[str, ColumnValues]] | None = field(default=None, compare=False, repr=False)

    def with_rows(self, rows: Iterable[Sequence[object]]) -> Self:
        """The table with these rows, each with a value for every column."""
        values = list(zip(*rows, strict=True)) or [()] * len(self.columns)
        columns = zip(self.columns, values, strict=True)
        return replace(self, columns=tuple(replace(column, values=list(values)) for column, values in columns))

    def places(self) -> Iterator[Place]:
        """The group, the row ids, the columns, and what else is in it."""
        yield from DeclaredObject.places(self)
        ids = {"neurodata_type": "ElementIdentifiers"}
        yield dataset(f"{self.path}/id", np.int64, attributes=ids, source=self.source)
        for column in self.columns:
            yield from column.places(self.path, self.source)


def dataset(path: str, dtype: DTypeLike | None, *, axes: int = 1, **of: Any) -> Place:
    """A dataset of this type."""
    return Place(path=path, kind="dataset", dtype=dtype, axes=axes, **of)


def _value_place(path: str, value: FieldValue, attributes: Attributes) -> Place:
    """A small dataset with its value: a text, a number, or a row of either."""
    if isinstance(value, str | tuple):
        dtype: DTypeLike = TEXT
        axes = 0 if isinstance(value, str) else 1
    else:
        dtype, axes = np.asarray(value).dtype, np.ndim(value)
    return dataset(path, dtype, axes=axes, attributes=attributes, value=value)


def by_path(objects: Iterable[DeclaredObject]) -> dict[str, DeclaredObject]:
    """Objects by path; containers that several data types share are declared by each of them, alike."""
    found: dict[str, DeclaredObject] = {}
    for one in objects:
        if found.setdefault(one.path, one).itself() != one.itself():
            raise ValueError(f"two data types declare {one.path} differently")
    return found


def processing_module(name: str, text: str) -> DeclaredObject:
    """A processing module; a layout declares it before what is in it."""
    return DeclaredObject(path=f"/processing/{name}", neurodata_type="ProcessingModule", text=text)


OPHYS = processing_module(
    naming.OPHYS_MODULE, "ROI masks, images, fluorescence, dF/F and calcium events of the imaged planes."
)
SOURCE = processing_module(
    naming.SOURCE_MODULE, "What the source holds and NWB has no place for, kept as it was; and how the file was made."
)
