"""MATLAB files of format 7.3, which are HDF5, read with h5py.

MATLAB marks every object with the attribute MATLAB_class, stores arrays transposed, cells as data sets of object
references, the fields of struct arrays likewise, and marks empties with MATLAB_empty (the data are then the size).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssc_to_nwb.problems import source_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.source.mat_tree import MatCell, MatStruct, MatStructArray, MatValue

if TYPE_CHECKING:
    import h5py

_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError)


def read_mat73(path: Path) -> dict[str, MatValue]:
    """All variables of a format 7.3 file, in the same terms as `read_mat5` gives them.

    Raises mat-unreadable on a damaged file, mat-class-unsupported on function handles, objects and complex numbers.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return {name: _convert(file[name], path=path, field=name) for name in file if not name.startswith("#")}
    except _DAMAGE as damage:
        raise error(
            kinds.MAT_UNREADABLE,
            file=path,
            expected="a MATLAB file of format 7.3 (HDF5)",
            found=f"{type(damage).__name__}: {damage}",
        ) from damage


def _matlab_class(item: h5py.Group | h5py.Dataset) -> str:
    name = item.attrs.get("MATLAB_class", b"struct" if not hasattr(item, "dtype") else b"double")
    return name.decode() if isinstance(name, bytes) else str(name)


def _convert(item: h5py.Group | h5py.Dataset, *, path: Path, field: str) -> MatValue:
    import h5py

    matlab_class = _matlab_class(item)
    if isinstance(item, h5py.Group):
        if matlab_class != "struct":
            if "MATLAB_sparse" in item.attrs:
                return _convert_sparse(item)
            raise error(kinds.MAT_CLASS_UNSUPPORTED, file=path, field=field, found=matlab_class)
        return _convert_struct(item, path=path, field=field)
    if item.attrs.get("MATLAB_empty", 0):
        return _empty(matlab_class, shape=tuple(int(length) for length in item[()].ravel()), item=item)
    if matlab_class == "cell" or item.dtype == h5py.ref_dtype:
        return _convert_cell(item, path=path, field=field)
    if matlab_class == "char":
        return _convert_text(item[()].T)
    if matlab_class in ("function_handle", "FileWrapper__") or "MATLAB_object_decode" in item.attrs:
        raise error(kinds.MAT_CLASS_UNSUPPORTED, file=path, field=field, found=matlab_class)
    array = np.asarray(item[()]).T
    if array.dtype.names is not None:
        raise error(kinds.MAT_CLASS_UNSUPPORTED, file=path, field=field, found="complex numbers")
    return array.astype(bool) if matlab_class == "logical" else array


def _field_names(item: h5py.Group | h5py.Dataset) -> tuple[str, ...]:
    """Field names in MATLAB's order, which the attribute MATLAB_fields keeps as arrays of characters."""
    listed = item.attrs.get("MATLAB_fields")
    if listed is not None:
        return tuple(b"".join(np.atleast_1d(letters).tolist()).decode() for letters in listed)
    return tuple(item) if hasattr(item, "keys") else ()


def _convert_struct(group: h5py.Group, *, path: Path, field: str) -> MatValue:
    import h5py

    names = _field_names(group)
    columns: dict[str, Any] = {name: group[name] for name in names}
    # In a struct array every field is a data set of references without a class of its own.
    is_array = bool(columns) and all(
        isinstance(column, h5py.Dataset) and column.dtype == h5py.ref_dtype and "MATLAB_class" not in column.attrs
        for column in columns.values()
    )
    if not is_array:
        return MatStruct(fields={n: _convert(c, path=path, field=f"{field}.{n}") for n, c in columns.items()})
    references = {name: column[()].T for name, column in columns.items()}
    shape = references[names[0]].shape
    elements = []
    for number in range(references[names[0]].size):
        fields = {
            name: _convert(group.file[refs.ravel(order="F")[number]], path=path, field=f"{field}({number + 1}).{name}")
            for name, refs in references.items()
        }
        elements.append(MatStruct(fields=fields))
    if len(elements) == 1:
        return elements[0]
    return MatStructArray(shape=shape, field_names=names, elements=tuple(elements))


def _convert_cell(item: h5py.Dataset, *, path: Path, field: str) -> MatCell:
    references = item[()].T
    items = tuple(
        _convert(item.file[reference], path=path, field=f"{field}{{{number}}}")
        for number, reference in enumerate(references.ravel(order="F"), start=1)
    )
    return MatCell(shape=references.shape, items=items)


def _convert_text(codes: np.ndarray) -> MatValue:
    rows = tuple(_decode(row) for row in codes.reshape(codes.shape[0], -1))
    return rows[0] if len(rows) == 1 else MatCell(shape=(len(rows), 1), items=rows)


def _decode(codes: np.ndarray) -> str:
    # Padding at the end is no text, as in format 5.
    return codes.astype("<u2").tobytes().decode("utf-16-le").rstrip("\0")


def _convert_sparse(group: h5py.Group) -> np.ndarray:
    from scipy.sparse import csc_matrix

    rows = int(group.attrs["MATLAB_sparse"])
    starts = group["jc"][()].astype(np.int64)
    if "data" not in group:
        return np.zeros((rows, starts.size - 1))
    return np.asarray(csc_matrix((group["data"][()], group["ir"][()], starts), shape=(rows, starts.size - 1)).toarray())


def _empty(matlab_class: str, *, shape: tuple[int, ...], item: h5py.Dataset) -> MatValue:
    if matlab_class == "char":
        return ""
    if matlab_class == "cell":
        return MatCell(shape=shape, items=())
    if matlab_class == "struct":
        return MatStructArray(shape=shape, field_names=_field_names(item), elements=())
    dtypes = {"double": "float64", "single": "float32", "logical": "bool"}
    return np.zeros(shape, dtype=dtypes.get(matlab_class, matlab_class))
