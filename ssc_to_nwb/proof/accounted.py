"""Every dataset of the file was restored, follows from the rest of the file, was compared with a file, or is a text.

The reader notes what it hands out to the ways back, of compounds field by field. What is left is not proven.
"""

from __future__ import annotations

import re

from ssc_to_nwb import naming
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import SOURCE, Comparison
from ssc_to_nwb.proof.schema_copy import SCHEMA

# Texts that say nothing of the source, and hashes, which are compared as far as they were computed.
_TEXTS = re.compile(
    rf"{SCHEMA}/.+|/file_create_date|/general/optophysiology/[^/]+/reference_frame|{SOURCE}/{naming.SOURCE_FILES}/sha256"
)


def report_unaccounted(work: Comparison) -> None:
    """Report every dataset that has values and that nothing accounts for.

    Where there are problems, one of them has stopped the comparison that would have, and is reported already.
    """
    if work.proof.problems:
        return
    accounted = work.reader.accounted | work.compared
    for node in work.reader.tree.walk():
        if node.kind == "dataset" and not _TEXTS.fullmatch(node.path):
            for part in _parts(work, node.path):
                if part not in accounted:
                    work.proof.problem(kinds.VERIFY_DATASET_UNPROVEN, part, expected="a comparison", found="none")


def _parts(work: Comparison, path: str) -> list[str]:
    """The dataset, or the fields of its compounds; nothing where it has no values."""
    dataset = work.reader.tree.dataset(path)
    if 0 in dataset.shape:
        return []
    names = dataset.dtype.names
    return [path] if names is None else [f"{path}.{name}" for name in names]
