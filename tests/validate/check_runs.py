"""Runs one check over a file."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

Spoil = Callable[[h5py.File], None]
RunCheck = Callable[..., list[str]]


def run_over(check: Any, path: Path) -> list[str]:
    """`path: text` of every message that a check has about a file."""
    from nwbinspector import run_checks

    from ssc_to_nwb.validate.nwb_files import open_nwb
    from ssc_to_nwb.validate.object_paths import path_finder

    with open_nwb(path) as io, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        nwbfile = io.read()
        path_of = path_finder(io)
        found = []
        for neurodata_object in nwbfile.objects.values():
            if check.neurodata_type is None or isinstance(neurodata_object, check.neurodata_type):
                message = check(neurodata_object)
                if message is not None:
                    found.append(f"{path_of(neurodata_object)}: {message.message}")
        assert len(list(run_checks(nwbfile=nwbfile, checks=[check]))) == len(found)
    return found
