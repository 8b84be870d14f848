"""The system's errors about a file, in words that name the file that the user knows."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from ssc_to_nwb.problems.system_errors import name_system_error

FULL, REFUSED = (errno.ENOSPC, "No space left on device"), (errno.EACCES, "Permission denied")


@pytest.mark.parametrize(
    ("failure", "kind", "file", "found"),
    [
        (OSError(*FULL), "disk-full", "out.mat", FULL[1]),
        (OSError(*FULL, "source.mp4", None, "out/a.mp4"), "disk-full", "out/a.mp4", FULL[1]),
        (OSError(*REFUSED, "out/.a.mat.01d8b5c0.in-progress"), "output-not-writable", "out/a.mat", REFUSED[1]),
        (
            OSError(*REFUSED, "out/.a+b.nwb.01d8b5c0.spare.in-progress"), "output-not-writable", "out/a+b.nwb",
            REFUSED[1],
        ),
        (OSError("6144 requested and 3304 written"), "disk-full", "out.mat", "6144 requested and 3304 written"),
        (OSError("something else"), "system-refused", "out.mat", "something else"),
    ],
)  # fmt: skip
def test_the_kind_the_file_and_the_words(failure: OSError, kind: str, file: str, found: str) -> None:
    problem = name_system_error(failure, Path("out.mat")).problem
    assert (problem.kind.identifier, problem.file, problem.found) == (kind, file, found)
