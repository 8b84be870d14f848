"""What the file says of itself: the ledger's summary, the provenance, and every object that is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.quantities import bytes_text, plural
from ssc_to_nwb.reading.nwb_session import NwbSession
from ssc_to_nwb.reading.nwb_table import counts_of, texts_of
from ssc_to_nwb.report.blocks import Block, Link, Table
from ssc_to_nwb.report.summary import census_text, range_text

if TYPE_CHECKING:
    import pandas as pd

_SHOWN_FILES = 12
_ITEMS = {"options": "options", "metadata_sha256": "SHA-256 of the metadata"}


def ledger_section(session: NwbSession) -> Iterator[Block]:
    """What became of every field and file of the source."""
    if not session.ledger:
        yield "This file holds no ledger of its source's fields."
        return
    parts = ("leaves", "bytes", "files", "file_bytes")
    by_name = {name: [counts.get(part, 0) for part in parts] for name, counts in session.ledger.items()}
    all_leaves, all_bytes, *_ = (sum(column) for column in zip(*by_name.values(), strict=True))
    yield f"Every one of the {all_leaves:,} fields of the session file is accounted for."
    rows = [
        (
            name, f"{leaves:,}", _percent(leaves, all_leaves), bytes_text(size), _percent(size, all_bytes),
            f"{files:,}", bytes_text(file_size),
        )
        for name, (leaves, size, files, file_size) in sorted(by_name.items(), key=lambda item: -item[1][1])
    ]  # fmt: skip
    headings = ("fields", "count", "share", "size", "share of size", "files", "their size")
    yield Table(headings=headings, rows=rows, numeric=range(1, 7))
    left_out = session.source_files[texts_of(session.source_files, "disposition") == "left out"]
    reasons = [(reason or "no reason given", str(count)) for reason, count in counts_of(left_out, "reason").items()]
    if reasons:
        caption = "Files that stayed outside"
        yield Table(headings=("left out because", "files"), rows=reasons, caption=caption, numeric=(1,))


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def provenance_section(session: NwbSession) -> Iterator[Block]:
    """Identity of the file, how it was made, from what, and under which conditions it may be used."""
    file, items = session.nwbfile, session.provenance
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
    rows += [(name, items[key]) for key, name in _ITEMS.items() if key in items]
    yield Table(headings=("", ""), rows=rows)
    yield from (line for line in str(file.notes or "").splitlines() if line.strip())
    if len(session.source_files):
        yield from _source_files(session.source_files)


def _doi(text: str) -> Link | str:
    match = re.fullmatch(r"(?:doi:|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,}/\S+)", text.strip())
    return text if match is None else Link(text=f"doi:{match[1]}", address=f"https://doi.org/{match[1]}")


def _source_files(files: pd.DataFrame) -> Iterator[Block]:
    by_role = files.groupby(texts_of(files, "role"), sort=False)["bytes"]
    rows = [(str(role), f"{len(sizes):,}", bytes_text(int(sizes.sum()))) for role, sizes in by_role]
    caption = f"Source: {plural(len(files), 'file')}"
    yield Table(headings=("role", "files", "size"), rows=rows, caption=caption, numeric=(1, 2))
    session_files = files[files["role"] == "session file"]
    shown = session_files[:_SHOWN_FILES] if len(session_files) else files[:1]
    columns = zip(texts_of(shown, "path"), shown["bytes"], texts_of(shown, "sha256"), strict=True)
    listed = [(path, bytes_text(int(size)), sha256 or "not hashed") for path, size, sha256 in columns]
    yield Table(headings=("session file", "size", "SHA-256"), rows=listed)


_ARRAYS = ("TimeSeries", "RoiResponseSeries", "TwoPhotonSeries")
_COUNTED = {"Images": "image", "ImageSeries": "file"}
# Names that read better than the object's own; … is the plane.
_LABELS = {
    "two_photon_series_…_green": "Two-photon frames, green",
    "two_photon_series_…_red": "Two-photon frames, red",
    "dff_…": "dF/F",
    "plane_segmentation_…": "ROI masks and outlines",
    "images_…": "Images of the plane",
    "registration_shift_…": "Registration shifts",
}


def contents_section(session: NwbSession) -> Iterator[Block]:
    """A table with a row per object, or per family of objects that differ in the plane only."""
    families: dict[tuple[str, str, str], list[tuple[tuple[int, ...], str]]] = {}
    planes = sorted((plane.name for plane in session.planes), key=len, reverse=True)
    for place, found in _objects(session):
        pattern = next((found.name.replace(plane, "…") for plane in planes if plane in found.name), found.name)
        families.setdefault((place, pattern, type(found).__name__), []).append(_extent(found))
    yield f"{sum(len(members) for members in families.values())} objects. … is the name of each imaging plane."
    headings = ("what", "objects", "size of each", "unit", "where in the file", "type")
    rows = [
        (_label(pattern), str(len(members)), _size(kind, members), members[0][1], f"{place}/{pattern}", kind)
        for (place, pattern, kind), members in families.items()
    ]
    yield Table(headings=headings, rows=rows, numeric=(1,), unbroken=(2, 3, 5))


def _label(pattern: str) -> str:
    """`raw_fluorescence_…` -> `Raw fluorescence`."""
    words = " ".join(word for word in pattern.replace("…", "").split("_") if word)
    return _LABELS.get(pattern, words[:1].upper() + words[1:])


def _size(kind: str, members: list[tuple[tuple[int, ...], str]]) -> str:
    shapes = [shape for shape, _ in members]
    if len({len(shape) for shape in shapes}) > 1:
        return "various"
    lengths = [range_text(axis) for axis in zip(*shapes, strict=True)]
    if kind in _ARRAYS:
        return " × ".join(lengths)
    return f"{lengths[0]} {_COUNTED.get(kind, 'row')}{'' if lengths[0] == '1' else 's'}"


def _objects(session: NwbSession) -> Iterator[tuple[str, Any]]:
    """Every series, table and set of images, and where it is."""
    file = session.nwbfile
    for place, found in (("acquisition", file.acquisition), ("intervals", file.intervals), ("events", file.events)):
        yield from ((place, one) for one in (found or {}).values())
    for module in file.processing.values():
        for one in module.data_interfaces.values():
            yield from _within(f"processing/{module.name}", one)


def _within(place: str, found: Any) -> Iterator[tuple[str, Any]]:
    """An object, or those in a container of several series or tables."""
    from hdmf.common import DynamicTable
    from pynwb.base import Images, TimeSeries

    if isinstance(found, DynamicTable | Images | TimeSeries):
        yield place, found
    else:
        for child in found.children:
            yield from _within(f"{place}/{found.name}", child)


def _extent(found: Any) -> tuple[tuple[int, ...], str]:
    """Shape of the data and unit; of tables, images and videos in files of their own how many there are."""
    files = getattr(found, "external_file", None)
    if files is not None:
        return (len(files),), "external video"
    if hasattr(found, "timestamps"):
        return tuple(map(int, found.data.shape)), str(found.unit)
    return (len(found.images) if hasattr(found, "images") else len(found.id),), ""
