"""The session file read again for a comparison, by verification's own way of reading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ssc_to_nwb.problems.model import ProblemLog
from ssc_to_nwb.proof.source_reading.session_file import read_for_proof
from ssc_to_nwb.session.context import SessionContext, load_context


def read_source_again(
    path: Path, *, dataset: str | None, metadata_files: Sequence[Path], log: ProblemLog
) -> SessionContext:
    """The session to compare a file with. Raises what `load_context` raises.

    Whether fields that nobody knows were allowed does not matter here: the file must hold them.
    """
    return load_context(
        path, dataset=dataset, metadata_files=metadata_files, log=log, allow_unmapped=True, read=read_for_proof
    )
