"""The options that decided what is in a finished file, from its own provenance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ssc_to_nwb import naming
from ssc_to_nwb.problems import verify_kinds as kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.verify.nwb_reader import NwbReader, ObjectError
from ssc_to_nwb.verify.nwb_table import NwbTable
from ssc_to_nwb.verify.open_tree import open_tree

_TABLE = f"/processing/{naming.SOURCE_MODULE}/{naming.PROVENANCE}"
_MODES = ("auto", "require", "skip")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionsUsed:
    """Which raw files were taken, and whether damaged ones were left out.

    raw: `auto` for `require` too, since a file that was there for the conversion may be gone since.
    """

    raw: Literal["auto", "skip"]
    keep_going: bool


def options_used(nwb_path: Path) -> OptionsUsed:
    """Read the options of a file. Raises verify-unreadable, and verify-stub where the file is a stub."""
    with open_tree(nwb_path) as tree:
        table = NwbTable(reader=NwbReader(tree=tree), path=_TABLE)
        try:
            values = dict(zip(table.texts("item"), table.texts("value"), strict=True))
            options: dict[str, Any] = json.loads(values["options"])
            raw, keep_going, stub = (options[name] for name in ("raw", "keep_going", "stub"))
        except (ObjectError, KeyError, ValueError, TypeError) as failure:
            raise error(kinds.VERIFY_UNREADABLE, file=nwb_path, field=_TABLE, found=failure) from failure
    if raw not in _MODES or not isinstance(keep_going, bool):
        raise error(kinds.VERIFY_UNREADABLE, file=nwb_path, field=_TABLE, found=options)
    if stub:
        raise error(kinds.VERIFY_STUB, file=nwb_path)
    return OptionsUsed(raw="skip" if raw == "skip" else "auto", keep_going=keep_going)
