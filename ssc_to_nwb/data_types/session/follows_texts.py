"""Texts of metaDataHash that the table of the source struct keeps, and the name of the session file."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.matlab.tree import MatChar, MatSparse, MatValue, row_texts
from ssc_to_nwb.restoring.file_view import FileView
from ssc_to_nwb.restoring.nwb_reader import ObjectError

_FILES = f"/processing/{naming.SOURCE_MODULE}/{naming.SOURCE_FILES}"


def kept_texts(file: FileView, key: str) -> list[str]:
    """All texts of a key of metaDataHash, without the blanks around them; none where it is absent or empty."""
    return _by_key(file).get(key, [])


def kept_text(file: FileView, key: str) -> str | None:
    """The one text of a key, a whole number as its digits."""
    found = kept_texts(file, key)
    return found[0] if found else None


def _by_key(file: FileView) -> dict[str, list[str]]:
    return file.once("texts of metaDataHash", lambda: _read(file))


def _read(file: FileView) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    root = f"{file.variable}.metaDataHash.value"
    for row in file.struct.rows:
        if row.texts["path"].startswith(root) and row.texts["how"]:
            texts = found.setdefault(row.texts["key"], [])
            for node in row.nodes():
                texts += _texts(file.kept(node))
    return found


def _texts(value: MatValue) -> list[str]:
    if isinstance(value, np.ndarray | MatSparse):
        numbers = np.asarray(value.full() if isinstance(value, MatSparse) else value).reshape(-1)
        return [f"{numbers[0]:.0f}"] if numbers.size == 1 else []
    lines = row_texts(value) if isinstance(value, str | MatChar) else ()
    return [line.strip(" \0") for line in lines if line.strip(" \0")]


def session_file(file: FileView) -> str:
    """Name of the session file. Raises ObjectError."""
    table = file.table(_FILES)
    paths = dict(zip(table.texts("role"), table.texts("path"), strict=True))
    if "session file" not in paths:
        raise ObjectError(f"{_FILES}/role", expected="a session file", found="none")
    return PurePosixPath(paths["session file"]).name
