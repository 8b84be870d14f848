"""Ways to change a finished file, each at one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import h5py
import numpy as np

Change = Callable[[h5py.File], None]

TRIALS = "/intervals/trials"
TOUCHES = "/intervals/touches"
LABELS = "/processing/behavior/trial_number"
LABELS_1 = "/processing/ophys/trial_number_subvolume_01"
LICKS = "/events/licks"
GREEN = "/acquisition/two_photon_series_fov_01002_green"
RED = "/acquisition/two_photon_series_fov_01002_red"
VIDEO = "/acquisition/whisker_video"
DFF = "/processing/ophys/DfOverF/dff_fov_01002"
DFF_3 = "/processing/ophys/DfOverF/dff_fov_01003"
RAW = "/processing/ophys/Fluorescence/raw_fluorescence_fov_01002"
EVENTS = "/processing/ophys/CalciumEvents/calcium_events_fov_01003"
SEGMENTATION = "/processing/ophys/ImageSegmentation"
ROIS = "/processing/ophys/ImageSegmentation/plane_segmentation_fov_01002"
IMAGES = "/processing/ophys/images_fov_01002"
SHIFT = "/processing/ophys/registration_shift_fov_01002"
ANGLE = "/processing/behavior/whisker_angle_c1"
CURVATURE = "/processing/behavior/whisker_curvature_change_c2"
SOURCE = "/processing/source"
KEPT = f"{SOURCE}/source_struct"
SUBJECT = "/general/subject"
PLANE = "/general/optophysiology/imaging_plane_fov_01002_green"
RED_PLANE = "/general/optophysiology/imaging_plane_fov_01002_red"
MODEL = "/general/devices/models/MIMMS"


def add(path: str, where: Any, amount: float = 1) -> Change:
    """Add to one value."""

    def change(file: h5py.File) -> None:
        dataset = file[path]
        assert not np.isnan(np.asarray(dataset[where], dtype=float)).any()
        dataset[where] = dataset[where] + np.asarray(amount).astype(dataset.dtype)

    return change


def put(path: str, where: Any, value: Any) -> Change:
    """Replace one value, which must be another."""

    def change(file: h5py.File) -> None:
        dataset = file[path]
        before = dataset.asstr()[where] if h5py.check_string_dtype(dataset.dtype) else dataset[where]
        assert not np.array_equal(before, value)
        dataset[where] = value

    return change


def put_text(path: str, text: str) -> Change:
    """Replace a single text."""

    def change(file: h5py.File) -> None:
        assert file[path].asstr()[()] != text
        file[path][()] = text

    return change


def swap(path: str, one: Any, other: Any) -> Change:
    """Exchange two values or rows, which must differ."""

    def change(file: h5py.File) -> None:
        dataset = file[path]
        first, second = dataset[one], dataset[other]
        assert not np.array_equal(first, second)
        dataset[one], dataset[other] = second, first

    return change


def nan_to_zero(path: str) -> Change:
    """Write 0 over the first NaN."""

    def change(file: h5py.File) -> None:
        values = file[path][()]
        place = tuple(np.argwhere(np.isnan(values))[0])
        file[path][place] = 0.0

    return change


def to_nan(path: str) -> Change:
    """Write NaN over the first number."""

    def change(file: h5py.File) -> None:
        values = file[path][()]
        file[path][tuple(np.argwhere(~np.isnan(values))[0])] = np.nan

    return change


def replaced(path: str, make: Callable[[np.ndarray], np.ndarray]) -> Change:
    """Put another data set in the place of one, attributes included."""

    def change(file: h5py.File) -> None:
        replace(file, path, make(file[path][()]))

    return change


def replace(file: h5py.File, path: str, values: Any) -> None:
    """Write values under the path of a data set, with its attributes."""
    old = file[path]
    attributes = dict(old.attrs)
    dtype = old.dtype if h5py.check_string_dtype(old.dtype) else None
    del file[path]
    new = file.create_dataset(path, data=values, dtype=dtype)
    for name, value in attributes.items():
        new.attrs[name] = value


def attribute(path: str, name: str, value: Any) -> Change:
    """Set an attribute to something else."""

    def change(file: h5py.File) -> None:
        assert not np.array_equal(file[path].attrs.get(name), value)
        file[path].attrs[name] = value

    return change


def pointed(path: str, name: str, target: str) -> Change:
    """Let a reference point elsewhere."""

    def change(file: h5py.File) -> None:
        file[path].attrs[name] = file[target].ref

    return change


def linked(path: str, target: str) -> Change:
    """Let a link point elsewhere."""

    def change(file: h5py.File) -> None:
        assert file.get(path, getlink=True).path != target
        del file[path]
        file[path] = h5py.SoftLink(target)

    return change


def link_resolved(file: h5py.File) -> None:
    """A copy of the time stamps in the place of the link to them."""
    values = file[f"{LABELS_1}/timestamps"][()]
    del file[f"{LABELS_1}/timestamps"]
    file[f"{LABELS_1}/timestamps"] = values


def removed(path: str) -> Change:
    """Remove an object."""

    def change(file: h5py.File) -> None:
        del file[path]

    return change


def columns_of(file: h5py.File, table: str) -> list[str]:
    """Paths of the data sets of a table without ragged columns."""
    return [f"{table}/{name}" for name in file[table]]


def last_row_dropped(table: str) -> Change:
    """Every column one row shorter."""

    def change(file: h5py.File) -> None:
        for path in columns_of(file, table):
            replace(file, path, file[path][:-1])

    return change


def last_row_doubled(table: str) -> Change:
    """The last row once more, with an id of its own."""

    def change(file: h5py.File) -> None:
        for path in columns_of(file, table):
            values = file[path][()]
            last = values[-1:] + 1 if path.endswith("/id") else values[-1:]
            replace(file, path, np.concatenate([values, last]))

    return change


def rows_exchanged(table: str, one: int, other: int) -> Change:
    """Two rows in each other's place, ids aside."""

    def change(file: h5py.File) -> None:
        for path in columns_of(file, table):
            if not path.endswith("/id"):
                values = file[path][()]
                values[[one, other]] = values[[other, one]]
                file[path][...] = values

    return change


def chunk_damaged(file: h5py.File) -> None:
    """The first chunk of the frames is no longer what the filter wrote."""
    file[f"{GREEN}/data"].id.write_direct_chunk((0, 0, 0), b"not a zlib stream")


def object_id_twice(file: h5py.File) -> None:
    """Two objects with one id."""
    file[ANGLE].attrs["object_id"] = file[CURVATURE].attrs["object_id"]


def extra_column(file: h5py.File) -> None:
    """A column that the table does not name."""
    copy = file[TRIALS].create_dataset("mood", data=np.zeros(len(file[f"{TRIALS}/id"])))
    for name, value in file[f"{TRIALS}/start_time"].attrs.items():
        copy.attrs[name] = value
    copy.attrs["object_id"] = "00000000-0000-4000-8000-000000000000"


def extra_dataset(path: str) -> Change:
    """A dataset that nothing asks for."""

    def change(file: h5py.File) -> None:
        file.create_dataset(path, data=1.0)

    return change


def copied(path: str, target: str) -> Change:
    """A copy of an object beside it, with ids of its own."""

    def change(file: h5py.File) -> None:
        file.copy(path, target)
        objects = [file[target]]
        if isinstance(file[target], h5py.Group):
            file[target].visititems(lambda _, one: objects.append(one))
        for number, one in enumerate(objects):
            if "object_id" in one.attrs:
                one.attrs["object_id"] = f"{abs(hash((target, number))) % 16**8:08x}-0000-4000-8000-000000000000"

    return change


def json_part(path: str, item: str, old: str, new: str) -> Change:
    """Replace a part of a value in the table of provenance."""

    def change(file: h5py.File) -> None:
        items = list(file[f"{SOURCE}/provenance/item"].asstr()[:])
        text = file[path].asstr()[items.index(item)]
        assert old in text
        file[path][items.index(item)] = text.replace(old, new, 1)

    return change


def kept_value(path: str, value: str) -> Change:
    """Another value for a field that is kept verbatim."""

    def change(file: h5py.File) -> None:
        row = list(file[f"{KEPT}/path"].asstr()[:]).index(path)
        assert file[f"{KEPT}/value"].asstr()[row] != value
        file[f"{KEPT}/value"][row] = value

    return change


def struct_text(column: str, part: str, old: str, new: str) -> Change:
    """Replace a part of a text in the first row of the source struct that has it and whose path holds `part`."""

    def change(file: h5py.File) -> None:
        paths, texts = (file[f"{KEPT}/{name}"].asstr()[:] for name in ("path", column))
        row = next(place for place, path in enumerate(paths) if part in path and old in texts[place])
        file[f"{KEPT}/{column}"][row] = texts[row].replace(old, new, 1)

    return change


def exchange(file: h5py.File, one: str, other: str) -> None:
    """Exchange the values of two data sets."""
    values = file[one][()]
    file[one][...] = file[other][()]
    file[other][...] = values


def other_side(file: h5py.File, path: str) -> None:
    """The other lick port for the first event."""
    file[path][0] = {"left": "right", "right": "left"}[file[path].asstr()[0]]


def reversed_attribute(file: h5py.File, path: str, name: str) -> None:
    """A list of an attribute in reverse order."""
    file[path].attrs[name] = file[path].attrs[name][::-1]


def in_type(path: str, dtype: str) -> Change:
    """The same values in another type."""

    def change(file: h5py.File) -> None:
        before = file[path][()]
        assert np.array_equal(before, before.astype(dtype), equal_nan=before.dtype.kind == "f")
        replace(file, path, before.astype(dtype))

    return change
