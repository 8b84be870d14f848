"""What is in the file: every object, those of the single planes counted together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.report.blocks import Heading, Section, Table, Text
from ssc_to_nwb.report.texts import range_text

if TYPE_CHECKING:
    from hdmf.common import DynamicTable
    from pynwb.base import Images, TimeSeries

_HEADING = Heading(anchor="contents", short="Contents", title="What is in the file")
_ARRAYS = ("TimeSeries", "RoiResponseSeries", "TwoPhotonSeries")
_COUNTED = {"Images": "image", "ImageSeries": "file"}
_COLUMNS = ("what", "objects", "size of each", "unit", "where in the file", "type")
# Names that read better than the object's own; … is the plane.
_LABELS = {
    "two_photon_series_…_green": "Two-photon frames, green",
    "two_photon_series_…_red": "Two-photon frames, red",
    "dff_…": "dF/F",
    "plane_segmentation_…": "ROI masks and outlines",
    "images_…": "Images of the plane",
    "registration_shift_…": "Registration shifts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """One object of the file. `shape` is that of the data, or (rows,) of a table."""

    place: str
    name: str
    type: str
    shape: tuple[int, ...]
    unit: str


def contents_section(session: NwbSession) -> Section:
    """A table with a row per object, or per family of objects that differ in the plane only."""
    families: dict[tuple[str, str, str], list[_Object]] = {}
    planes = sorted((plane.name for plane in session.planes), key=len, reverse=True)
    for found in _objects(session):
        families.setdefault((found.place, _without_plane(found.name, planes), found.type), []).append(found)
    rows = tuple(_row(pattern, members) for (_, pattern, _), members in families.items())
    text = f"{sum(len(members) for members in families.values())} objects. … is the name of each imaging plane."
    table = Table(headings=_COLUMNS, rows=rows, numeric=_COLUMNS[1:2], unbroken=("size of each", "unit", "type"))
    return _HEADING.section(Text(text=text), table, folded=True)


def _without_plane(name: str, planes: Sequence[str]) -> str:
    return next((name.replace(plane, "…") for plane in planes if plane in name), name)


def _row(pattern: str, members: list[_Object]) -> tuple[str, ...]:
    first = members[0]
    label = _LABELS.get(pattern, _words(pattern))
    return (label, str(len(members)), _size(members), first.unit, f"{first.place}/{pattern}", first.type)


def _size(members: list[_Object]) -> str:
    shapes = [member.shape for member in members]
    if len({len(shape) for shape in shapes}) > 1:
        return "various"
    lengths = [range_text([shape[axis] for shape in shapes]) for axis in range(len(shapes[0]))]
    if members[0].type in _ARRAYS:
        return " × ".join(lengths)
    unit = _COUNTED.get(members[0].type, "row")
    return f"{lengths[0]} {unit}{'' if lengths[0] == '1' else 's'}"


def _words(pattern: str) -> str:
    """`raw_fluorescence_…` -> `Raw fluorescence`."""
    words = " ".join(word for word in pattern.replace("…", "").split("_") if word)
    return words[:1].upper() + words[1:]


def _objects(session: NwbSession) -> Iterator[_Object]:
    file = session.nwbfile
    for series in file.acquisition.values():
        yield _of_series("acquisition", series)
    for table in (file.intervals or {}).values():
        yield _of_table("intervals", table)
    for table in (file.events or {}).values():
        yield _of_table("events", table)
    for module in file.processing.values():
        for name, found in module.data_interfaces.items():
            yield from _of_interface(f"processing/{module.name}", name, found)


def _of_interface(place: str, name: str, found: Any) -> Iterator[_Object]:
    """What a module holds: a series, a table, images, or a container of several series or tables."""
    from hdmf.common import DynamicTable
    from pynwb.base import Images, TimeSeries

    if isinstance(found, TimeSeries):
        yield _of_series(place, found)
    elif isinstance(found, DynamicTable):
        yield _of_table(place, found)
    elif isinstance(found, Images):
        yield _of_images(place, found)
    else:
        for child in found.children:
            yield from _of_interface(f"{place}/{name}", child.name, child)


def _of_series(place: str, series: TimeSeries) -> _Object:
    files = getattr(series, "external_file", None)
    shape = tuple(int(length) for length in (series.data.shape if files is None else (len(files),)))
    return _Object(
        place=place,
        name=series.name,
        type=type(series).__name__,
        shape=shape,
        unit=str(series.unit) if files is None else "external video",
    )


def _of_table(place: str, table: DynamicTable) -> _Object:
    shape = (len(table.id),)
    return _Object(place=place, name=table.name, type=type(table).__name__, shape=shape, unit="")


def _of_images(place: str, images: Images) -> _Object:
    shape = (len(images.images),)
    return _Object(place=place, name=images.name, type="Images", shape=shape, unit="")
