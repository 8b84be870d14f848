"""Every form a MATLAB value may have in the tree, and a comparison of two values leaf by leaf."""

from __future__ import annotations

from itertools import zip_longest

import numpy as np
from matlab_oddities import sparse

from ssc_to_nwb.matlab.leaves import matlab_class, matlab_shape, parts_of, walk_leaves
from ssc_to_nwb.matlab.tree import MatCell, MatChar, MatSparse, MatStruct, MatStructArray, MatValue

_INTEGERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
_RANDOM = np.random.default_rng(4)


def number(value: float) -> np.ndarray:
    """A 1x1 double."""
    return np.array([[float(value)]])


def structs(shape: tuple[int, ...], *elements: MatStruct, names: tuple[str, ...] = ()) -> MatStructArray:
    """A struct array of any size."""
    return MatStructArray(shape=shape, field_names=names, elements=elements)


def _extremes(dtype: str) -> np.ndarray:
    limits = np.iinfo(dtype)
    return np.array([[limits.min, 0, limits.max], [1, 2, 3]], dtype=dtype)


NO_FIELDS = MatStruct(fields={})
RECORDS = tuple(MatStruct(fields={"zeta": number(n), "alpha": "x" * n}) for n in range(1, 7))
FULL = np.array([[0, 1.5, 0], [-2.25, 0, 0]])

FORMS: dict[str, MatValue] = {
    # Numbers: doubles in every type of storage that MATLAB chooses, and all other classes.
    "scalar": number(0.1),
    "unsigned8": np.array([[0.0, 255.0]]),
    "unsigned16": np.array([[0.0, 256.0]]),
    "signed16": np.array([[-1.0, 256.0]]),
    "signed32": np.array([[-1.0, 2.0**31 - 1]]),
    "large": np.array([[2.0**53, 2.0**31]]),
    "special": np.array([[1.0, np.nan, np.inf, -np.inf]]),
    "zeroBelowZero": np.array([[0.0, -0.0, 7.0]]),
    "long": _RANDOM.normal(size=(40, 300)),
    "column": np.arange(5.0).reshape(5, 1),
    "cube": np.arange(24.0).reshape(2, 3, 4),
    "single": np.array([[1, 0.1, np.nan]], dtype=np.float32),
    "logical": np.array([[True, False], [False, False], [True, True]]),
    **{dtype: _extremes(dtype) for dtype in _INTEGERS},
    # Empties of every class keep their size.
    "empty": np.zeros((0, 0)),
    "emptyColumn": np.zeros((0, 1)),
    "emptyCube": np.zeros((0, 3, 2)),
    "emptySingle": np.zeros((3, 0), dtype=np.float32),
    "emptyLogical": np.zeros((0, 4), dtype=bool),
    **{f"empty{dtype}": np.zeros((2, 0), dtype=dtype) for dtype in _INTEGERS},
    # Text.
    "text": "Angle for c2",
    "textOfFour": "whis",
    "control": "line\nline\ttab",
    "umlauts": "Größe in µm",
    "dash": "5 – 6",
    "noText": "",
    "emptyRow": MatChar(shape=(1, 0), rows=("",)),
    "emptyRows": MatChar(shape=(3, 0), rows=("", "", "")),
    "noRows": MatChar(shape=(0, 5), rows=()),
    "padded": MatChar(shape=(1, 5), rows=("abc\0\0",)),
    "matrix": MatChar(shape=(2, 3), rows=("ab ", "äöü")),
    "textColumn": MatChar(shape=(3, 1), rows=("a", "b", "c")),
    "pages": MatChar(shape=(2, 2, 2), rows=("ab", "cd", "ef", "gh")),
    # Sparse matrices.
    "sparse": sparse(FULL),
    "sparseWhole": sparse(np.array([[0, 300.0], [-1, 0]])),
    "sparseLogical": sparse(FULL != 0),
    "emptySparse": sparse(np.zeros((4, 3))),
    "emptySparseLogical": sparse(np.zeros((4, 3), dtype=bool)),
    "sparseWithoutColumns": sparse(np.zeros((4, 0))),
    # Cells, structs and struct arrays.
    "cell": MatCell(shape=(2, 3), items=(number(1), "two", NO_FIELDS, RECORDS[0], np.zeros((0, 0)), "")),
    "noCell": MatCell(shape=(0, 0), items=()),
    "emptyCell": MatCell(shape=(0, 5), items=()),
    "emptyCellCube": MatCell(shape=(1, 0, 2), items=()),
    "nested": MatCell(shape=(1, 1), items=(MatCell(shape=(1, 2), items=(MatCell(shape=(0, 0), items=()), "x")),)),
    "cellCube": MatCell(shape=(1, 2, 2), items=tuple(map(number, range(4)))),
    "noFields": NO_FIELDS,
    "record": RECORDS[1],
    "records": structs((2, 3), *RECORDS, names=("zeta", "alpha")),
    "recordCube": structs((1, 2, 2), *RECORDS[:4], names=("zeta", "alpha")),
    "noRecords": structs((0, 0), names=("zeta", "alpha")),
    "noRecordsInARow": structs((1, 0), names=("zeta",)),
    "recordsWithoutFields": structs((2, 3), *(NO_FIELDS,) * 6),
    "nothingAtAll": structs((0, 0)),
    "names": MatStruct(fields={"a" * 63: number(1), "_under": number(2), "Zulu": number(3), "alpha": number(4)}),
}  # fmt: skip
# scipy takes a size in units of UTF-16 for one in characters, and cannot read these.
BEYOND_THE_BASIC_PLANE: dict[str, MatValue] = {
    "emoji": "a😀b",
    "emojiMatrix": MatChar(shape=(2, 3), rows=("a😀", "b😀")),
}


def leaves_of(value: MatValue) -> dict[str, tuple[str, tuple[int, ...], object]]:
    """Class, size and content of every leaf by its path; numbers as their bytes, so that NaN is equal to NaN."""
    return {path: (matlab_class(leaf), matlab_shape(leaf), _content(leaf)) for path, leaf in walk_leaves(value, "v")}


def _content(leaf: MatValue) -> object:
    if isinstance(leaf, np.ndarray):
        return leaf.tobytes(order="F")
    if isinstance(leaf, MatSparse):
        return (leaf.row_index.tolist(), leaf.column_start.tolist(), leaf.values.tobytes())
    return leaf


def assert_equal_values(found: MatValue, expected: MatValue) -> None:
    """Equal leaf by leaf: paths in order (hence fields), classes, sizes and content; and the sizes of all else."""
    for one, other in zip_longest(leaves_of(found).items(), leaves_of(expected).items()):
        assert one == other
    assert _form(found) == _form(expected)


def _form(value: MatValue) -> object:
    """Class and size of everything that is not a leaf, with what is below."""
    if not parts_of(value):
        return None
    if isinstance(value, MatStruct):
        return {name: _form(content) for name, content in value.fields.items()}
    if isinstance(value, MatStructArray):
        return (value.shape, value.field_names, [_form(one) for one in value.elements])
    if isinstance(value, MatCell):
        return (value.shape, [_form(item) for item in value.items])
    raise TypeError(type(value))
