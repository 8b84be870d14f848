"""A DynamicTable of the finished file, read without pynwb, its columns one by one."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field

import numpy as np

from ssc_to_nwb.restoring.nwb_reader import NwbReader, ObjectError


@dataclass
class NwbTable:
    """Columns of a table; what is read is kept."""

    reader: NwbReader
    path: str
    _columns: dict[str, np.ndarray] = dataclass_field(default_factory=dict)

    @property
    def ids(self) -> np.ndarray:
        """Row ids, (n,)."""
        return self.column("id")

    @property
    def rows(self) -> int:
        """Number of rows, from the ids."""
        return int(self.ids.size)

    def column(self, name: str) -> np.ndarray:
        """Values of a column, one per row, or all items of a ragged one. Raises ObjectError."""
        path = f"{self.path}/{name}"
        if name not in self._columns:
            self._columns[name] = self.reader.values(path)
        self.reader.hand_out(path, self._columns[name])
        return self._columns[name]

    def field(self, name: str, field: str) -> np.ndarray:
        """One field of a column of compounds, all items. Raises ObjectError."""
        values = self.column(name)
        path = f"{self.path}/{name}"
        if field not in (values.dtype.names or ()):
            raise ObjectError(path, expected=f"a compound with the field {field}", found=str(values.dtype))
        self.reader.hand_out(path, values, field=field)
        return values[field]

    def texts(self, name: str) -> list[str]:
        """A column of texts. Raises ObjectError."""
        values = self.column(name).tolist()
        if not all(isinstance(value, str) for value in values):
            raise ObjectError(f"{self.path}/{name}", expected="texts", found=str(self.column(name).dtype))
        return list(values)

    def has(self, name: str) -> bool:
        """Whether the table has the column."""
        return self.reader.has(f"{self.path}/{name}")

    def ends_of(self, name: str) -> np.ndarray:
        """Where each row of a ragged column ends, as stored, int64 (n,)."""
        return self.column(f"{name}_index").astype(np.int64)

    def ends(self, name: str) -> np.ndarray:
        """Where each row of a ragged column ends, int64 (n,). Raises ObjectError where that makes no sense.

        A ragged column is not in the file where every row is empty; its ends are all 0.
        """
        if not self.has(name):
            return np.zeros(self.rows, dtype=np.int64)
        ends = self.ends_of(name)
        length = len(self.column(name))
        steps = np.diff(np.concatenate([[0], ends]))
        if (steps < 0).any() or (ends[-1] if ends.size else 0) != length:
            raise ObjectError(
                f"{self.path}/{name}_index",
                expected=f"ends that grow to {length}",
                found=f"ends up to {ends.max() if ends.size else 0}",
            )
        return ends

    def parts(self, name: str, *, field: str | None = None) -> list[np.ndarray]:
        """The rows of a ragged column, or of one field of its compounds; without the column, all are empty."""
        if not self.has(name):
            return [np.zeros(0) for _ in range(self.rows)]
        values = self.column(name) if field is None else self.field(name, field)
        return np.split(values, self.ends(name)[:-1]) if self.rows else []
