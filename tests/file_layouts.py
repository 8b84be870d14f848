"""Files as other versions of the program left them: with another number of their layout, or none."""

from __future__ import annotations

import json
from pathlib import Path

import h5py

from ssc_to_nwb import naming, run_files

TABLE = f"/processing/{naming.SOURCE_MODULE}/{naming.PROVENANCE}"


def set_layout(nwb: Path, layout: int | None) -> None:
    """Give an HDF5 file another number of its layout; None takes the row of the table away."""
    with h5py.File(nwb, "r+") as file:
        columns = {name: file[f"{TABLE}/{name}"] for name in ("id", "item", "value")}
        row = list(columns["item"].asstr()[:]).index(naming.FILE_LAYOUT_ITEM)
        if layout is not None:
            columns["value"][row] = str(layout)
            return
        for name, dataset in columns.items():
            rest = [value for number, value in enumerate(dataset[:]) if number != row]
            attributes, dtype = dict(dataset.attrs), dataset.dtype
            del file[f"{TABLE}/{name}"]
            file.create_dataset(f"{TABLE}/{name}", data=range(len(rest)) if name == "id" else rest, dtype=dtype)
            file[f"{TABLE}/{name}"].attrs.update(attributes)


def set_recorded_layout(output: Path, layout: int | None) -> None:
    """Change the lines of an output's record in the same way."""
    record = run_files.run_record(output)
    lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line.pop(naming.FILE_LAYOUT_ITEM)
        if layout is not None:
            line[naming.FILE_LAYOUT_ITEM] = layout
    record.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
