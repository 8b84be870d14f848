"""What the objects of converted sessions are: path, type, unit, element type, text. Committed in tests/inventories.

The interfaces write what the layouts declare, and the proof compares with the same declarations: that a unit or a text
is another one than before, only this record shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import digest_cases
import h5py

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.nwb_file.results import SessionOutcome

RECORDS = Path(__file__).parent / "inventories"
CASES = ("demo_with_gaps", "sample")
# The table of a session's own texts is not part of the layout: a made-up session and a real one differ in it.
_LEFT_OUT = ("specifications",)


def is_here(case: str) -> bool:
    """Whether the source of a case is on this machine."""
    return case != "sample" or digest_cases.SAMPLE.is_dir()


def record_path(case: str) -> Path:
    """The file with the inventory of a case."""
    return RECORDS / f"{case}.txt"


def converted(case: str, folder: Path) -> tuple[SessionOutcome, ...]:
    """The sessions of a case, converted below a folder."""
    return convert(source=digest_cases.CASES[case](folder), output=folder / "nwb").outcomes


def lines_of(outcomes: Iterable[SessionOutcome]) -> list[str]:
    """A line per object of the files of converted sessions."""
    lines = []
    for outcome in outcomes:
        assert outcome.output is not None, outcome.error
        with h5py.File(outcome.output) as file:
            lines += [f"{outcome.session} {line}" for line in _lines(file)]
    return lines


def _lines(group: h5py.Group) -> Iterator[str]:
    for name in sorted(group):
        link = group.get(name, getlink=True)
        path = f"{group.name.rstrip('/')}/{name}"
        if path.lstrip("/").startswith(_LEFT_OUT):
            continue
        if isinstance(link, h5py.SoftLink):
            yield f"{path} -> {link.path}"
            continue
        item = group[name]
        yield " | ".join([path, *_described(item)])
        if isinstance(item, h5py.Group):
            yield from _lines(item)


def _described(item: Any) -> Iterator[str]:
    yield _text(item.attrs.get("neurodata_type"))
    if isinstance(item, h5py.Dataset):
        is_text = h5py.check_string_dtype(item.dtype) is not None
        yield f"{'text' if is_text else item.dtype}{[None] * item.ndim if item.ndim else ''}".replace("None", "n")
    yield _text(item.attrs.get("unit"))
    yield _text(item.attrs.get("description")).replace("\n", " ")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "")
