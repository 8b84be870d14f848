"""Converting in the test's own process: the same run and the same files, without a process that imports everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from made_sessions import Assembled, Converted, Edit, write

from ssc_to_nwb.api import conversion
from ssc_to_nwb.api.conversion import ConversionResult
from ssc_to_nwb.data_types.declared import Storage
from ssc_to_nwb.data_types.facts import SessionFacts
from ssc_to_nwb.ledger.ledger import build_ledger
from ssc_to_nwb.nwb_file.assemble import assemble_nwbfile
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.testing.spec import SubvolumeSpec

SMALL: dict[str, Any] = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30)}


def convert(**options: Any) -> ConversionResult:
    """What `ssc_to_nwb.convert` gives with these options; events and progress of a session under way don't come."""
    with ThreadPoolExecutor(1) as executor:
        return conversion.convert(executor=executor, **options)


def convert_one(
    root: Path, edit: Edit | None = None, *, options: dict[str, Any] | None = None, **fields: Any
) -> Converted:
    """A session of one small plane, converted after its struct was changed; fields: those of a spec."""
    made = write(root / "source", edit=edit, **{**SMALL, **fields})
    result = convert(source=root / "source", output=root / "nwb", **(options or {}))
    return Converted(made=made, outcome=result.outcomes[0])


def assemble_one(root: Path, edit: Edit | None = None, *, metadata: str = "", **fields: Any) -> Assembled:
    """The same as far as the NWBFile in memory; metadata: the lines of a metadata file."""
    made = write(root / "source", edit=edit, **{**SMALL, **fields})
    mine = root / "mine.yaml"
    mine.write_text(metadata)
    context = load_context(made.mat_path, metadata_files=[mine] if metadata else [])
    ledger = build_ledger(SessionFacts(context), allow_unmapped=False, log=context.log)
    nwbfile, _ = assemble_nwbfile(context, raw=None, storage=Storage(), ledger=ledger, hashes={}, options={})
    return Assembled(made=made, nwbfile=nwbfile, problems=context.log.problems)
