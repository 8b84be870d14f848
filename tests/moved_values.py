"""Values of a finished file that are put into another file, where they are as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py


def moved_out(kind: str, path: str, folder: Path) -> Callable[[h5py.File], None]:
    """Put the values of a data set into another file, where they are as they were."""

    def change(file: h5py.File) -> None:
        values, attributes = file[path][()], dict(file[path].attrs)
        if kind == "external storage":
            (folder / "values.bin").write_bytes(values.tobytes())
            del file[path]
            where = [(str(folder / "values.bin"), 0, values.nbytes)]
            made = file.create_dataset(path, shape=values.shape, dtype=values.dtype, external=where)
            made.attrs.update(attributes)
            return
        with h5py.File(folder / "other.h5", "w") as other:
            other["values"] = values
            other["values"].attrs.update({name: one for name, one in attributes.items() if isinstance(one, str)})
        del file[path]
        if kind == "virtual":
            layout = h5py.VirtualLayout(shape=values.shape, dtype=values.dtype)
            layout[...] = h5py.VirtualSource(str(folder / "other.h5"), "values", shape=values.shape)
            file.create_virtual_dataset(path, layout).attrs.update(attributes)
        elif kind == "link":
            file[path] = h5py.ExternalLink(str(folder / "other.h5"), "values")
        else:
            file["out"] = h5py.ExternalLink(str(folder / "other.h5"), "/")
            file[path] = h5py.SoftLink("/out/values")

    return change
