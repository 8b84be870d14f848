"""Prints what is in an NWB file: every object with its shape and unit. Usage: show_nwb.py FILE..."""

from __future__ import annotations

import sys

import h5py


def show(path: str) -> None:
    """Print the objects of one file that a user would look for."""
    print(path)
    with h5py.File(path, "r") as file:
        subject = file["general/subject"]
        print(f"  {_text(file['session_description'])}")
        print(f"  subject {_text(subject['subject_id'])}, started {_text(file['session_start_time'])}")
        for place in ("acquisition", "processing", "intervals", "events"):
            if place in file:
                file[place].visititems(_show_object)


def _show_object(_name: str, item: h5py.Group | h5py.Dataset) -> None:
    kind = item.attrs.get("neurodata_type")
    if not isinstance(item, h5py.Group) or kind in (None, "ProcessingModule"):
        return
    parts = [f"{item.name} ({kind})"]
    if "data" in item:
        unit = item["data"].attrs.get("unit", "")
        parts.append(f"{' x '.join(map(str, item['data'].shape))} {item['data'].dtype} {unit}")
    if "colnames" in item.attrs:
        parts.append(f"{item['id'].shape[0]} rows: {', '.join(item.attrs['colnames'])}")
    print("  " + ", ".join(parts))


def _text(dataset: h5py.Dataset) -> str:
    value = dataset[()]
    return value.decode() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        show(argument)
