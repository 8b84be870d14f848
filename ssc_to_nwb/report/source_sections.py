"""What the file says of itself: the ledger's summary, the provenance, and every object that is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.quantities import bytes_text, plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import SessionTable
from ssc_to_nwb.reading.provenance import Provenance
from ssc_to_nwb.report.blocks import Block, Heading, Link, Section, Table
from ssc_to_nwb.report.texts import census_text, range_text

if TYPE_CHECKING:
    from pynwb.base import TimeSeries

_LEDGER = Heading(anchor="ledger", short="Ledger", title="What became of the source")
_PROVENANCE = Heading(anchor="provenance", short="Provenance", title="Provenance")
_SHOWN_FILES = 12


def ledger_section(session: NwbSession) -> Section:
    """What became of every field and file of the source."""
    found = session.provenance
    if found is None or not found.ledger:
        return _LEDGER.lacking("ledger of its source's fields")
    leaves = sum(counts.get("leaves", 0) for counts in found.ledger.values())
    sizes = sum(counts.get("bytes", 0) for counts in found.ledger.values())
    rows = tuple(
        (
            name,
            f"{counts.get('leaves', 0):,}",
            _percent(counts.get("leaves", 0), leaves),
            bytes_text(counts.get("bytes", 0)),
            _percent(counts.get("bytes", 0), sizes),
            f"{counts.get('files', 0):,}",
            bytes_text(counts.get("file_bytes", 0)),
        )
        for name, counts in sorted(found.ledger.items(), key=lambda item: -item[1].get("bytes", 0))
    )
    headings = ("fields", "count", "share", "size", "share of size", "files", "their size")
    text = f"Every one of the {leaves:,} fields of the session file is accounted for."
    blocks: list[Block] = [text, Table(headings=headings, rows=rows, numeric=headings[1:])]
    left_out = _left_out(found.source_files)
    if left_out is not None:
        blocks.append(left_out)
    return _LEDGER.section(*blocks)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _left_out(files: SessionTable | None) -> Table | None:
    """Files that are not in the NWB file, counted by reason."""
    if files is None:
        return None
    reasons, counts = np.unique(
        files.texts("reason")[files.texts("disposition") == "left out"].astype(str), return_counts=True
    )
    if not reasons.size:
        return None
    rows = tuple((reason or "no reason given", str(count)) for reason, count in zip(reasons, counts, strict=True))
    return Table(
        headings=("left out because", "files"), rows=rows, caption="Files that stayed outside", numeric=("files",)
    )


def provenance_section(session: NwbSession) -> Section:
    """Identity of the file, how it was made, from what, and under which conditions it may be used."""
    file = session.nwbfile
    rows: list[tuple[str | Link, ...]] = [
        ("file", session.file_name),
        ("identifier", str(file.identifier)),
        ("session start", file.session_start_time.isoformat()),
        ("census", census_text(session)),
        ("NWB schema", session.nwb_version or "not given"),
    ]
    if file.was_generated_by is not None:
        rows += [("made with", f"{name} {version}") for name, version in np.asarray(file.was_generated_by[:]).tolist()]
    rows += [("publication", _doi(str(text))) for text in file.related_publications or ()]
    found = session.provenance
    if found is not None:
        rows += [(name, found.items[key]) for key, name in _ITEMS.items() if key in found.items]
    blocks: list[Block] = [Table(headings=("", ""), rows=tuple(rows))]
    blocks += [line for line in str(file.notes or "").splitlines() if line.strip()]
    if found is not None:
        blocks += _source_files(found)
    return _PROVENANCE.section(*blocks)


_ITEMS = {"options": "options", "metadata_sha256": "SHA-256 of the metadata"}


def _doi(text: str) -> Link | str:
    match = re.fullmatch(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,}/\S+)", text.strip())
    return text if match is None else Link(text=f"doi:{match[1]}", address=f"https://doi.org/{match[1]}")


def _source_files(found: Provenance) -> list[Block]:
    files = found.source_files
    if files is None or not len(files):
        return []
    roles, paths, hashes = files.texts("role"), files.texts("path"), files.texts("sha256")
    sizes = files.integers("bytes")
    headings = ("role", "files", "size")
    counted = []
    for role in dict.fromkeys(roles.tolist()):
        chosen = roles == role
        counted.append((role, f"{int(chosen.sum()):,}", bytes_text(int(sizes[chosen].sum()))))
    shown = np.flatnonzero(roles == "session file").tolist() or [0]
    listed = tuple(
        (paths[row], bytes_text(int(sizes[row])), hashes[row] or "not hashed") for row in shown[:_SHOWN_FILES]
    )
    return [
        Table(
            headings=headings,
            rows=tuple(counted),
            caption=f"Source: {plural(len(files), 'file')}",
            numeric=headings[1:],
        ),
        Table(headings=("session file", "size", "SHA-256"), rows=listed),
    ]


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
    return _HEADING.section(text, table, folded=True)


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
        yield _object("intervals", table, shape=(len(table.id),))
    for table in (file.events or {}).values():
        yield _object("events", table, shape=(len(table.id),))
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
        yield _object(place, found, shape=(len(found.id),))
    elif isinstance(found, Images):
        yield _object(place, found, shape=(len(found.images),))
    else:
        for child in found.children:
            yield from _of_interface(f"{place}/{name}", child.name, child)


def _of_series(place: str, series: TimeSeries) -> _Object:
    files = getattr(series, "external_file", None)
    if files is not None:
        return _object(place, series, shape=(len(files),), unit="external video")
    return _object(place, series, shape=tuple(map(int, series.data.shape)), unit=str(series.unit))


def _object(place: str, found: Any, *, shape: tuple[int, ...], unit: str = "") -> _Object:
    return _Object(place=place, name=found.name, type=type(found).__name__, shape=shape, unit=unit)
