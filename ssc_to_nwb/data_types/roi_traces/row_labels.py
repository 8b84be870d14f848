"""Labels of rows that are one text and the row's own number, such as `Ca TS for 1001`: the text is kept once."""

from __future__ import annotations

from dataclasses import dataclass

from ssc_to_nwb.data_types.subvolumes.source import RoiArray
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLabels:
    """The labels of a calcium entry: `text` and the ROI number of the row.

    field: path of the labels; number_field: name of the field beside it that has the numbers.
    """

    text: str
    field: str
    number_field: str


def row_labels(tree: MatStruct, array: RoiArray, *, position: int) -> RowLabels | None:
    """The labels of an array, by its place in timeSeriesArrayHash, from 1; None where any says something else."""
    arrays = tree.fields.get("timeSeriesArrayHash")
    entries = arrays.fields.get("value") if isinstance(arrays, MatStruct) else None
    entry = entries.items[position - 1] if isinstance(entries, MatCell) else entries
    if not isinstance(entry, MatStruct):
        return None
    field = "idStrs" if "idStrs" in entry.fields else "idStr"
    labels = _texts(entry.fields.get(field))
    numbers = [str(number) for number in array.roi_numbers.tolist()]
    if not labels or len(labels) != len(numbers) or not labels[0].endswith(numbers[0]):
        return None
    text = labels[0].removesuffix(numbers[0])
    if any(label != text + number for label, number in zip(labels, numbers, strict=True)):
        return None
    number_field = "ids" if "ids" in entry.fields else "id"
    return RowLabels(text=text, field=f"{array.path}.{field}", number_field=number_field)


def _texts(value: MatValue | None) -> list[str]:
    """The texts of a cell, or the lone one; none where an item is no row of char."""
    items = value.items if isinstance(value, MatCell) else (value,)
    texts = [item for item in items if isinstance(item, str)]
    return texts if len(texts) == len(items) else []
