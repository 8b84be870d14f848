"""Runs checks over a file."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py

Spoil = Callable[[h5py.File], None]
RunCheck = Callable[..., list[str]]


def run_over(check: Any, path: Path) -> list[str]:
    """`path: text` of every message that a check has about a file."""
    return run_all_over([check], path)[0]


def run_all_over(checks: Sequence[Any], path: Path) -> list[list[str]]:
    """The same of several checks, check by check; the file is read once."""
    from nwbinspector import run_checks

    from ssc_to_nwb.reading.nwb_files import open_nwb
    from ssc_to_nwb.validate.one_file import path_in

    with open_nwb(path) as io, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        nwbfile = io.read()
        found: list[list[str]] = []
        for check in checks:
            objects = (
                one
                for one in nwbfile.objects.values()
                if check.neurodata_type is None or isinstance(one, check.neurodata_type)
            )
            messages = [(one, message) for one in objects if (message := check(one)) is not None]
            found.append([f"{path_in(io, one)}: {message.message}" for one, message in messages])
        assert len(list(run_checks(nwbfile=nwbfile, checks=list(checks)))) == sum(map(len, found))
    return found
