"""Where the NWB file says how it was made, and from which files."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.data_types.declared import SOURCE, TEXT, Column, DeclaredObject, Sources, Table

FILES = Table(
    path=f"{SOURCE.path}/{naming.SOURCE_FILES}",
    text="The files this file was made from, and those beside them that were left out.",
    columns=(
        Column(name="role", dtype=TEXT, text="What the file is."),
        Column(
            name="path",
            dtype=TEXT,
            text="Path relative to the folder of the session file; as the source lists it where the file is missing.",
        ),
        Column(name="bytes", dtype=np.int64, text="Size in bytes; 0 where the file is missing."),
        Column(name="sha256", dtype=TEXT, text="SHA-256 of the file; empty where it was not hashed."),
        Column(name="disposition", dtype=TEXT, text="written, or left out."),
        Column(name="reason", dtype=TEXT, text="Why the file is left out."),
    ),
)
ITEMS = Table(
    path=f"{SOURCE.path}/{naming.PROVENANCE}",
    text=(
        "How this file was made: the tool, its version, and the number of the layout of its files; the name of "
        "the session struct in its MATLAB file (source_variable); by how many ms touches stop later than in the "
        "source (touch_sample_ms); the options that decide what is in the file; the metadata used, with its "
        "SHA-256; and the ledger in short: fields of the session file by what became of them (leaves, bytes, "
        "files, file_bytes), and number of fields by rule. "
        "Values are JSON where they are more than one word."
    ),
    columns=(
        Column(name="item", dtype=TEXT, text="What the value is."),
        Column(name="value", dtype=TEXT, text="The value."),
    ),
)


def objects(sources: Sources) -> Iterator[DeclaredObject]:  # noqa: ARG001
    """Both tables, in every file."""
    yield from (SOURCE, FILES, ITEMS)
