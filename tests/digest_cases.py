"""Sessions whose objects' digests are recorded in tests/digests, to see what a change of the program does to the files.

Left out are processing/source and general/was_generated_by, which speak of the conversion and not of the data, and the
root, which has the version of NWB's schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from converting import convert
from made_sessions import AWKWARD
from session_variants import VARIANTS, lone_plane_spec

from ssc_to_nwb.proof.digest import object_digests
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.examples import demo_specs
from ssc_to_nwb.testing.spec import SessionSpec

RECORDS = Path(__file__).parent / "digests"
SAMPLE = Path(__file__).parents[2] / "shared" / "data" / "ssc-1-sample"
_LEFT_OUT = ("/", "/general/was_generated_by", "/processing/source")


def _made(spec: SessionSpec, *, raw: bool = False) -> Callable[[Path], Path]:
    """Writes a synthetic session below a folder, and gives the folder of the sources."""

    def write(folder: Path) -> Path:
        write_session(root=folder / "source", spec=spec, raw=raw, videos=raw)
        return folder / "source"

    return write


CASES: dict[str, Callable[[Path], Path]] = {
    **{
        f"variant_{re.sub('[^A-Za-z0-9]', '_', name)}": _made(SessionSpec(**fields))
        for name, fields in VARIANTS.items()
    },
    "awkward": _made(AWKWARD),
    "lone_plane": _made(lone_plane_spec()),
    "demo_behavior_and_imaging": _made(demo_specs()[0], raw=True),
    "demo_with_gaps": _made(demo_specs()[1], raw=True),
    "sample": lambda _: SAMPLE,
}


def digests_of(case: str, folder: Path) -> dict[str, str]:
    """Digest of each object of the files of a case, converted below a folder; by session and path in the file.

    The first 16 hexadecimal digits of SHA-256: enough to see a change.
    """
    result = convert(source=CASES[case](folder), output=folder / "nwb")
    found: dict[str, str] = {}
    for outcome in result.outcomes:
        if outcome.output is None:
            raise RuntimeError(f"{outcome.session} was not converted: {outcome.error}")
        for path, digest in object_digests(outcome.output).items():
            if path not in _LEFT_OUT and not path.startswith(f"{_LEFT_OUT[-1]}/"):
                found[f"{outcome.session}:{path}"] = digest[:16]
    return found


def record_path(case: str) -> Path:
    """The file with the recorded digests of a case."""
    return RECORDS / f"{case}.json"


def recorded(case: str) -> dict[str, str]:
    """Recorded digests of a case; none where nothing is recorded."""
    path = record_path(case)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def differences(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """A line for each object that is gone, new or of another content."""
    marks = {True: {True: "changed", False: "gone"}, False: {True: "new"}}
    return [
        f"{marks[name in before][name in after]}: {name}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
