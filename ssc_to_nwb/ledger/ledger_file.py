"""The ledger as a JSON file beside the NWB file, one line per entry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ssc_to_nwb.data_types.rule import Disposition
from ssc_to_nwb.ledger.ledger import FileEntry, Ledger, LedgerEntry
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

_FORMAT = 1


def write_ledger(ledger: Ledger, path: Path) -> None:
    """Write the ledger, its folder made where it is not there. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {
        "format": _FORMAT,
        "session": ledger.session,
        "variable": ledger.variable,
        "summary": ledger.summary(),
        "by_rule": dict(ledger.by_rule()),
    }
    body = json.dumps(head, indent=1, ensure_ascii=False)[: -len("\n}")]
    parts = [body, _lines("leaves", ledger.leaves), _lines("files", ledger.files)]
    path.write_text(",\n".join(parts) + "\n}\n", encoding="utf-8")


def _lines(name: str, entries: Sequence[LedgerEntry] | Sequence[FileEntry]) -> str:
    # One encoder: there are tens of thousands of entries.
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    as_dicts = (entry._asdict() if isinstance(entry, LedgerEntry) else asdict(entry) for entry in entries)
    rows = ",\n  ".join(map(encode, as_dicts))
    return f' "{name}": [\n  {rows}\n ]' if rows else f' "{name}": []'


def read_ledger(path: Path) -> Ledger:
    """Read what `write_ledger` wrote. Raises ledger-missing, ledger-unreadable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as failure:
        raise error(kinds.LEDGER_MISSING, file=path) from failure
    except (OSError, ValueError) as failure:
        raise error(kinds.LEDGER_UNREADABLE, file=path, found=failure) from failure
    try:
        if content["format"] != _FORMAT:
            raise error(kinds.LEDGER_UNREADABLE, file=path, expected=f"format {_FORMAT}", found=content["format"])
        return Ledger(
            session=content["session"],
            variable=content["variable"],
            leaves=tuple(LedgerEntry(**_typed(entry)) for entry in content["leaves"]),
            files=tuple(FileEntry(**_typed(entry)) for entry in content["files"]),
        )
    except (KeyError, TypeError, ValueError) as failure:
        raise error(kinds.LEDGER_UNREADABLE, file=path, found=f"{type(failure).__name__}: {failure}") from failure


def _typed(entry: dict[str, Any]) -> dict[str, Any]:
    typed = {**entry, "disposition": Disposition(entry["disposition"]), "nwb": tuple(entry["nwb"])}
    if "shape" in typed:
        typed["shape"] = tuple(typed["shape"])
    return typed
