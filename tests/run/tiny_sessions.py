"""The smallest sessions that still hold every data type of a session file, for tests that need many of them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec


def tiny_spec(number: int = 0, **fields: Any) -> SessionSpec:
    """Session number so-and-so: a day of its own."""
    defaults: dict[str, Any] = {
        "animal": "an900010",
        "date": date(2013, 1, 1) + timedelta(days=number),
        "seed": number,
        "n_trials": 2,
        "trials_without_whisker": (),
        "trial_number_gap_after": (),
        "subvolumes": (SubvolumeSpec(number=1, planes=(2,), rois_per_plane=2),),
        "image_shape": (16, 16),
        "arrays": ("dff",),
    }
    return SessionSpec(**{**defaults, **fields})


def write_tiny(root: Path, count: int = 1, *, raw: bool = False, **fields: Any) -> list[SyntheticSession]:
    """Write tiny sessions; `raw`: with stacks."""
    return [
        write_session(root=root, spec=tiny_spec(number, **fields), raw=raw, videos=False) for number in range(count)
    ]


def record_lines(output: Path) -> list[dict[str, Any]]:
    """The lines of an output's record."""
    path = output / ".ssc-to-nwb" / "record.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def stray_files(output: Path) -> list[str]:
    """What has no business in an output when no run is under way."""
    expected = {"record.jsonl", "lock", "packed.json"}
    stray = list(output.glob("sub-*/.*"))
    for path in (output / ".ssc-to-nwb").rglob("*"):
        if path.is_file() and path.name not in expected and not path.name.endswith(".ledger.json"):
            stray.append(path)
    return sorted(str(path.relative_to(output)) for path in stray)
