"""A file is opened over a network with few requests, and the values arrive as they are."""

from __future__ import annotations

import importlib.util
import json
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


@pytest.mark.parametrize("way", ["fsspec 1 MiB", "open_session"])
def test_steps_and_what_they_take(bench: ModuleType, large: Path, way: str) -> None:
    figures = {one.step: one for one in bench.measure(large, layout=bench.AS_WRITTEN, way=way)}
    assert list(figures) == ["open", "list", "trace", "frame"]
    assert all(0 < one.requests <= 10 for one in figures.values())
    # The whole file is 2 MB: no step fetches it twice.
    assert all(one.megabytes * 1e6 <= large.stat().st_size for one in figures.values())


def test_a_file_read_over_the_network_is_the_same(bench: ModuleType, large: Path, converted_raw: Converted) -> None:
    made = converted_raw.made
    plane = made.planes[0]
    for way in bench.ways_for(large):
        with bench.serve(large) as traffic, bench.WAYS[way](traffic.address) as file:
            frame = file[f"acquisition/two_photon_series_{plane.name}_green/data"][0].T
            np.testing.assert_array_equal(frame, made.frames(plane.name, plane.files[0].number)[0, 0])
            assert 0 < traffic.sent_bytes <= 4 * large.stat().st_size


def test_hashes_made_after_the_frames_are_in_the_file(large: Path) -> None:
    with h5py.File(large) as file:
        table = file["processing/source/source_files"]
        stacks = table["role"].asstr()[:] == "imaging stack"
        hashes = table["sha256"].asstr()[:][stacks]
    assert stacks.any()
    assert all(len(digest) == 64 and set(digest) != {"0"} for digest in hashes)


def test_the_headers_of_a_plain_file_take_more_requests(bench: ModuleType, large: Path, tmp_path: Path) -> None:
    def requests(path: Path) -> int:
        with bench.serve(path) as traffic:
            with bench.WAYS["fsspec 1 MiB"](traffic.address) as file:
                bench.STEPS["list"](file)
            return traffic.requests

    plain = tmp_path / "plain.h5"
    with h5py.File(plain, "w") as copy, h5py.File(large) as file:
        for number in range(60):
            file.copy("processing/ophys/Fluorescence", copy, name=f"copy_{number}")
            copy[f"filling_{number}"] = np.zeros(2**17)
    together = tmp_path / "together.h5"
    with h5py.File(together, "w", **bench.LAYOUTS["metadata in 1024 KiB"]) as copy, h5py.File(plain) as file:
        for name in file:
            file.copy(name, copy)
    assert requests(together) < requests(plain) / 3


def test_more_requests_or_bytes_would_be_noticed(bench: ModuleType) -> None:
    def met(*, step: str = "open", requests: int = 1, megabytes: float = 1.0) -> bool:
        taken = bench.Taken(
            layout=bench.AS_WRITTEN, way="open_session", step=step, requests=requests, megabytes=megabytes
        )
        return all(figure.met for figure in bench.figures_of([taken], {bench.AS_WRITTEN: 1}))

    assert met()
    assert not met(requests=11)
    assert not met(megabytes=20.1)
    assert met(step="frame", requests=11)


def test_the_script_measures_a_given_file(
    bench: ModuleType, large: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench_remote.py", str(large), "--json", str(tmp_path / "figures.json")])
    assert bench.main() == 0
    assert capsys.readouterr().out.count("| as written |") == len(bench.ways_for(large))
    figures = json.loads((tmp_path / "figures.json").read_text())["figures"]
    assert [(one["unit"], one["limit"]) for one in figures] == [("requests", 10), ("MB", 20.0)]
    assert 0 < figures[0]["value"] <= 10
