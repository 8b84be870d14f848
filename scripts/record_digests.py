"""Compares the objects of converted sessions with the digests recorded in tests/digests, or records them again.

    python scripts/record_digests.py            # say which objects have changed
    python scripts/record_digests.py --write    # record what there is now
    python scripts/record_digests.py --write --case awkward

Record them with a change that is meant to change the files; the commit then shows which objects it changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import digest_cases


def main() -> int:
    """Compare or record; 1 where something differs and is not recorded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="record the digests")
    parser.add_argument("--case", action="append", choices=digest_cases.CASES, help="only this one; may be repeated")
    options = parser.parse_args()
    differing = 0
    for case in options.case or digest_cases.CASES:
        if case == "sample" and not digest_cases.SAMPLE.is_dir():
            print(f"{case}: left out, the sample is not here")
            continue
        with TemporaryDirectory() as folder:
            found = digest_cases.digests_of(case, Path(folder))
        lines = digest_cases.differences(digest_cases.recorded(case), found)
        print(f"{case}: {len(found)} objects, {len(lines)} differ")
        if options.write:
            path = digest_cases.record_path(case)
            path.write_text(json.dumps(found, indent=0, sort_keys=True) + "\n", encoding="utf-8")
        else:
            print(*lines, sep="\n", end="\n" if lines else "")
            differing += bool(lines)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
