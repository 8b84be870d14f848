"""The module `source`: the source struct, lists of stacks, frame indices, source files, provenance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ssc_to_nwb import naming
from ssc_to_nwb.ledger.ledger import Ledger
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.proof.comparison import SOURCE, Comparison
from ssc_to_nwb.system_files import REASON as SYSTEM_FILE_REASON

if TYPE_CHECKING:
    from ssc_to_nwb.proof.source_frames import PlaneFrames

_FILES = f"{SOURCE}/{naming.SOURCE_FILES}"
_PROVENANCE = f"{SOURCE}/{naming.PROVENANCE}"
_ITEMS = (
    "tool", "tool_version", naming.FILE_LAYOUT_ITEM, "source_variable", "touch_sample_ms", "options", "metadata",
    "metadata_sha256", "ledger", "ledger_rules",
)  # fmt: skip


def check_source_module(work: Comparison, *, ledger: Ledger) -> None:
    """Compare the tables of the module with the source, its ledger, and its stacks where those are in the file."""
    work.guarded(naming.STRUCT_TABLE, _check_struct, work)
    for name, stack in work.frames.items():
        index = f"{SOURCE}/{naming.frame_index(name)}"
        work.guarded(index, _check_frame_index, work, index, stack)
    work.guarded(_FILES, _check_files, work, ledger)
    work.guarded(_PROVENANCE, _check_provenance, work, ledger)


def _check_struct(work: Comparison) -> None:
    for number, name in enumerate(work.view.struct.large_tables(), start=1):
        work.equal(f"{naming.STRUCT_TABLE}/value", expected=naming.kept_array(number), found=name)


def _check_frame_index(work: Comparison, path: str, stack: PlaneFrames) -> None:
    """The frames of the plane's series: those that exist, numbered from 1 in the order of time stamps."""
    table = work.view.table(path)
    there = np.zeros(table.rows, dtype=np.bool_)
    there[stack.index_position] = True
    expected = np.cumsum(there) * there
    work.numbers(f"{path}/two_photon_frame", expected=expected, found=table.column("two_photon_frame"))


def _check_files(work: Comparison, ledger: Ledger) -> None:
    """Every source file once, with its size; hashes are compared by `check_hashes`.

    Rows of what macOS or Windows left are passed over: a look into a folder is enough for them to come.
    """
    table = work.view.table(_FILES)
    found = {name: table.column(name).tolist() for name in ("role", "path", "disposition", "reason", "bytes")}
    rows = zip(found["role"], found["reason"], strict=True)
    compared = [row != ("left out", SYSTEM_FILE_REASON) for row in rows]
    files = [file for file in ledger.files if file.reason != SYSTEM_FILE_REASON]
    expected: dict[str, list[object]] = {
        "role": [file.role for file in files],
        "path": [file.source for file in files],
        "disposition": [file.disposition.value for file in files],
        "reason": [file.reason for file in files],
        "bytes": [file.bytes for file in files],
    }
    found = {name: list(compress(values, compared)) for name, values in found.items()}
    work.columns(_FILES, expected=expected, found=found)


def check_hashes(work: Comparison, hashes: Mapping[Path, str]) -> None:
    """Compare SHA-256 of the source files, as far as they are known, with those in the file."""
    root = work.session.path.parent
    table = work.view.table(_FILES)
    found = dict(zip(table.texts("path"), table.texts("sha256"), strict=True))
    for path, digest in hashes.items():
        name = naming.source_name(path, root)
        work.equal(f"{_FILES}/sha256", expected=digest, found=found.get(name, ""))


def _check_provenance(work: Comparison, ledger: Ledger) -> None:
    table = work.view.table(_PROVENANCE)
    work.equal(f"{_PROVENANCE}/item", expected=list(_ITEMS), found=table.texts("item"), accounts=True)
    values = work.view.provenance
    path = f"{_PROVENANCE}/value"
    work.equal(path, expected=str(naming.FILE_LAYOUT), found=values[naming.FILE_LAYOUT_ITEM])
    if work.view.metadata != work.context.metadata.contents():
        work.problem(
            kinds.VERIFY_VALUE_DIFFERS, path, expected="the metadata given to this comparison", found="other metadata"
        )
    work.equal(path, expected=ledger.summary(), found=json.loads(values["ledger"]))
    work.equal(path, expected=dict(ledger.by_rule()), found=json.loads(values["ledger_rules"]))
    options = json.loads(values["options"])
    work.equal(path, expected=True, found=isinstance(options, dict), accounts=True)
