"""A place in the MATLAB tree that knows its file and path, and checks what it hands out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TypeGuard

import numpy as np

from ssc_to_nwb.matlab.leaves import describe
from ssc_to_nwb.matlab.tree import (
    MatCell,
    MatChar,
    MatSparse,
    MatStruct,
    MatStructArray,
    MatValue,
    is_empty_value,
    plain_text,
    row_texts,
)
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemKind, SscError, error
from ssc_to_nwb.quantities import plural

# Beyond it a double holds no longer every whole number.
_LARGEST_WHOLE = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value with its file and its path in MATLAB's notation (`s.trialIds`), for reading and for messages.

    Attributes
    ----------
    file : Path
        The MATLAB file.
    path : str
        Of the value, below the variable.
    value : MatValue
        The value itself.
    """

    file: Path
    path: str
    value: MatValue

    def problem(
        self, kind: ProblemKind, *, expected: object = None, found: object = None, detail: object = None
    ) -> SscError:
        """Make the exception for a problem with this field, which it names; the caller raises it."""
        return error(kind, file=self.file, field=self.path, expected=expected, found=found, detail=detail)

    def child(self, *names: str) -> Field:
        """The field of this struct with the first of these names that exists.

        Raises field-missing where none exists, field-type where this is no struct.
        """
        found = self.optional(*names)
        if found is None:
            raise self.problem(
                kinds.FIELD_MISSING, expected=f"a field {' or '.join(names)}", found=describe(self.value)
            )
        return found

    def optional(self, *names: str) -> Field | None:
        """As `child`, for a field that need not be there: None where none exists."""
        if not isinstance(self.value, MatStruct):
            raise self.problem(kinds.FIELD_TYPE, expected="a struct", found=describe(self.value))
        for name in names:
            if name in self.value.fields:
                return Field(file=self.file, path=f"{self.path}.{name}", value=self.value.fields[name])
        return None

    @property
    def is_empty(self) -> bool:
        """True for [], {}, '' and empty struct arrays."""
        return is_empty_value(self.value)

    def items(self) -> tuple[Field, ...]:
        """The items of a cell or struct array; a lone value counts as a cell of one; empties have none."""
        if self.is_empty:
            return ()
        if isinstance(self.value, MatCell):
            return tuple(
                Field(file=self.file, path=f"{self.path}{{{number}}}", value=item)
                for number, item in enumerate(self.value.items, start=1)
            )
        if isinstance(self.value, MatStructArray):
            return tuple(
                Field(file=self.file, path=f"{self.path}({number})", value=element)
                for number, element in enumerate(self.value.elements, start=1)
            )
        return (self,)

    def text(self) -> str:
        """A row of char; the empty char and the empty array are ''; NULs at the end are padding.

        Raises field-type, and field-value on a NUL within.
        """
        text = plain_text(self.value)
        if text is not None:
            if "\0" in text:
                raise self.problem(kinds.FIELD_VALUE, expected="text without the character NUL", found=repr(text))
            return text
        if self.is_empty and not isinstance(self.value, MatStructArray):
            return ""
        raise self.problem(kinds.FIELD_TYPE, expected="text", found=describe(self.value))

    def texts(self, *, count: int = 1, per: str = "item") -> tuple[str, ...]:
        """A cell of texts; a lone text counts as a cell of one. The rows of a char matrix lose their padding.

        count: how many there should be, where another field says so: a lone text in the place of several is refused;
        per: what there is one of for each, for the message. Raises field-type, field-value.
        """
        if count > 1 and plain_text(self.value) is not None:
            raise self.problem(
                kinds.FIELD_TYPE, expected=f"a cell of {count} texts, one per {per}", found=describe(self.value)
            )
        if isinstance(self.value, MatChar) and len(self.value.rows) > 1:
            rows = row_texts(self.value)
            if any("\0" in row for row in rows):
                raise self.problem(kinds.FIELD_VALUE, expected="texts without the character NUL", found=repr(rows))
            return rows
        return tuple(item.text() for item in self.items())

    def array(self) -> np.ndarray:
        """The numbers as MATLAB holds them, in MATLAB's shape; of a sparse matrix the full one. Raises field-type."""
        if isinstance(self.value, MatSparse) and self.value.fits_in_full:
            return self.value.full()
        if not isinstance(self.value, np.ndarray) or self.value.dtype.kind not in "biuf":
            raise self.problem(kinds.FIELD_TYPE, expected="numbers", found=describe(self.value))
        return self.value

    def row(self, *, length: int | None = None) -> np.ndarray:
        """A vector of numbers, float64 (length,), from a row or a column; length: how many there must be.

        Raises field-type, field-length.
        """
        array = self.array()
        if array.size and max(array.shape) != array.size:
            raise self.problem(kinds.FIELD_TYPE, expected="a row of numbers", found=describe(array))
        if length is not None and array.size != length:
            raise self.problem(kinds.FIELD_LENGTH, expected=plural(length, "value"), found=describe(array))
        return array.reshape(-1).astype(np.float64, copy=False)

    def integers(self, *, length: int | None = None, rows: int | None = None, nan_as: int | None = None) -> np.ndarray:
        """A vector of whole numbers, int64 (length,), from a row or a column; with `rows` a matrix (rows, length).

        length: how many there must be; nan_as: what NaN becomes, which is refused where None. Raises field-type,
        field-length; field-value on fractions, infinities and NaN.
        """
        values = self.row(length=length) if rows is None else self.matrix(rows=rows, columns=length)
        # Nearly all fields of records are one number each.
        if values.size == 1 and float(values.item()).is_integer() and abs(values.item()) <= _LARGEST_WHOLE:
            return values.astype(np.int64)
        values = values.astype(np.float64, copy=False)
        missing = np.isnan(values)
        if missing.any() and nan_as is None:
            raise self.problem(kinds.FIELD_VALUE, expected="whole numbers", found=f"NaN at position {_first(missing)}")
        filled = np.where(missing, 0.0, values)
        bad = (filled != np.floor(filled)) | (np.abs(filled) > _LARGEST_WHOLE)
        if bad.any():
            position = _first(bad)
            raise self.problem(
                kinds.FIELD_VALUE,
                expected="whole numbers",
                found=f"{filled.reshape(-1, order='F')[position - 1]} at position {position}",
            )
        numbers = filled.astype(np.int64)
        return numbers if nan_as is None else np.where(missing, nan_as, numbers)

    def integer(self) -> int:
        """A single whole number. Raises as `integers`."""
        return int(self.integers(length=1)[0])

    def matrix(self, *, rows: int | None = None, columns: int | None = None) -> np.ndarray:
        """A matrix of numbers in MATLAB's class, of this size where one is asked for.

        An empty array of any shape counts as a matrix of the size asked for, where that size is empty too. Raises
        field-type, field-length.
        """
        array = self.array()
        if array.size == 0 and 0 in (rows, columns):
            return np.zeros((rows or 0, columns or 0), dtype=array.dtype)
        if array.ndim != 2:
            raise self.problem(kinds.FIELD_TYPE, expected="a matrix", found=describe(array))
        for length, expected in zip(array.shape, (rows, columns), strict=True):
            if expected is not None and length != expected:
                wanted = "x".join("any" if size is None else str(size) for size in (rows, columns))
                raise self.problem(kinds.FIELD_LENGTH, expected=wanted, found=describe(array))
        return array


def integers_of_each(fields: Sequence[Field], *, length: int | None = None) -> list[np.ndarray]:
    """`integers` of each of these fields; of thousands of short ones several times as fast.

    length: how many numbers each must have. Raises as `integers`, for the first field that is not as it must be.
    """
    rows = [field.value for field in fields if _is_plain_row(field.value, length)]
    if rows and len(rows) == len(fields):
        joined = np.concatenate([row.reshape(-1) for row in rows])
        if (np.abs(joined) <= _LARGEST_WHOLE).all() and (joined == np.floor(joined)).all():
            numbers, ends = joined.astype(np.int64), accumulate((row.size for row in rows), initial=0)
            return [numbers[start:end] for start, end in pairwise(ends)]
    return [field.integers(length=length) for field in fields]


def _is_plain_row(value: MatValue, length: int | None) -> TypeGuard[np.ndarray]:
    """Whether a value is a row or column of doubles, of this length where one is asked for."""
    if not isinstance(value, np.ndarray) or value.dtype != np.float64:
        return False
    return max(value.shape) == value.size and length in (None, value.size)


def check_numbers_unique(field: Field, numbers: np.ndarray, *, twice: ProblemKind) -> None:
    """Raise a problem of kind `twice` where one of the numbers, read from a field, occurs twice."""
    values, counts = np.unique(numbers, return_counts=True)
    if (counts > 1).any():
        raise field.problem(twice, expected="every number once", found=values[counts > 1].tolist())


def _first(mask: np.ndarray) -> int:
    """1-based, column-major position of the first True, as MATLAB counts."""
    return int(np.flatnonzero(mask.reshape(-1, order="F"))[0]) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HashEntry:
    """One key of a Hash.

    key: the key; description: empty where the Hash has none; value: what it holds.
    """

    key: str
    description: str
    value: Field


def read_hash(field: Field, *, keys_may_repeat: bool = False) -> tuple[HashEntry, ...]:
    """The entries of a Hash in their order; an empty array counts as a Hash without entries.

    field: the struct with `keyNames`, `value` and, where it has one, `descr`; keys_may_repeat: for entries that are
    distinguished by position. Raises field-missing, field-type; field-length where the cells are not equally long;
    hash-key-twice.
    """
    if field.is_empty:
        return ()
    keys = field.child("keyNames").texts()
    values = _values(field.child("value"), count=len(keys))
    described = field.optional("descr")
    descriptions = described.texts() if described is not None and not described.is_empty else ("",) * len(keys)
    for name, found in (("value", len(values)), ("descr", len(descriptions))):
        if found != len(keys):
            raise field.problem(
                kinds.FIELD_LENGTH, expected=f"{len(keys)} items in {name}, as in keyNames", found=found
            )
    for key in keys:
        if keys.count(key) > 1 and not keys_may_repeat:
            raise field.problem(kinds.HASH_KEY_TWICE, found=key)
    return tuple(
        HashEntry(key=key, description=description, value=value)
        for key, description, value in zip(keys, descriptions, values, strict=True)
    )


def _values(field: Field, *, count: int) -> tuple[Field, ...]:
    if isinstance(field.value, MatCell):
        return field.items()
    # Without the cell around it a lone value, even an empty one, is the value of the only key.
    return (field,) if count == 1 else field.items()


def check_names_distinct(field: Field, keys: Iterable[str], *, named: Callable[[str], str]) -> None:
    """Raise name-not-distinct where `named`, a function of `naming`, gives two keys one name, or a key none."""
    owners: dict[str, str] = {}
    for key in keys:
        name = named(key)
        if not name or name in owners:
            raise field.problem(
                kinds.NAME_NOT_DISTINCT,
                expected="names that differ in their letters and digits",
                found=f"{owners[name]!r} and {key!r}" if name else repr(key),
            )
        owners[name] = key
