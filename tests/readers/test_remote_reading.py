"""A paged file is opened over a network with few requests, and the values arrive as they are."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import h5py
import numpy as np
import pytest
from made_sessions import Converted

SCRIPTS = Path(__file__).parents[2] / "scripts"

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_remote", SCRIPTS / "bench_remote.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def paged(converted_raw: Converted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session with everything in it, paged although it is small."""
    from ssc_to_nwb.api.conversion import convert
    from ssc_to_nwb.nwb_file import file_space

    output = tmp_path_factory.mktemp("paged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_space, "PAGED_FROM_BYTES", 0)
        result = convert(source=converted_raw.made.root, output=output)
    assert result.ok
    return result.outputs[0]


@pytest.mark.parametrize("way", ["blocks", "pages"])
def test_steps_and_what_they_take(bench: ModuleType, paged: Path, way: str) -> None:
    opened, trace, frame = bench.measure(paged, layout="paged", way=way)
    assert [opened.step, trace.step, frame.step] == ["open", "one ROI's trace", "one frame"]
    assert opened.met
    assert 0 < opened.requests <= 10
    assert trace.requests + frame.requests <= 4


def test_a_file_read_over_the_network_is_the_same(bench: ModuleType, paged: Path, converted_raw: Converted) -> None:
    made = converted_raw.made
    plane = made.planes[0]
    for open_remote in bench.WAYS.values():
        with bench.serve(paged) as traffic, open_remote(traffic.address) as file:
            frame = file[f"acquisition/two_photon_series_{plane.name}_green/data"][0].T
            np.testing.assert_array_equal(frame, made.frames(plane.name, plane.files[0].number)[0, 0])
            assert 0 < traffic.sent_bytes <= 4 * paged.stat().st_size


def test_hashes_made_after_the_frames_are_in_the_file(paged: Path) -> None:
    with h5py.File(paged) as file:
        table = file["processing/source/source_files"]
        stacks = table["role"].asstr()[:] == "imaging stack"
        hashes = table["sha256"].asstr()[:][stacks]
    assert stacks.any()
    assert all(len(digest) == 64 and set(digest) != {"0"} for digest in hashes)


def test_more_requests_or_bytes_would_be_noticed(bench: ModuleType) -> None:
    figure = bench.Figure(layout="", way="", step="open", requests=11, megabytes=1.0, seconds=0.0)
    assert not figure.met
    assert not bench.Figure(layout="", way="", step="open", requests=1, megabytes=20.1, seconds=0.0).met
    assert bench.Figure(layout="", way="", step="one frame", requests=11, megabytes=1.0, seconds=0.0).met


def test_the_script_measures_a_given_file(bench: ModuleType, paged: Path, tmp_path: Path, capsys) -> None:
    assert bench.main([str(paged), "--json", str(tmp_path / "figures.json")]) == 0
    assert capsys.readouterr().out.count("| open |") == 2
    assert (tmp_path / "figures.json").read_text().count('"met": true') == 6
