"""Which files below an output folder are assets: not what macOS and Windows leave there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from archive_samples import NWB

from ssc_to_nwb.dandi.assets import find_local_files
from ssc_to_nwb.problems.model import SscError


@pytest.fixture
def output(nwb_template: Path, tmp_path: Path) -> Path:
    """One NWB file, and what systems leave beside it."""
    file = tmp_path / "nwb" / NWB
    file.parent.mkdir(parents=True)
    shutil.copyfile(nwb_template, file)
    (tmp_path / "nwb" / "__MACOSX" / "sub-an1").mkdir(parents=True)
    shutil.copyfile(nwb_template, tmp_path / "nwb" / "__MACOSX" / "sub-an1" / file.name)
    for name in (f"._{file.name}", ".DS_Store", "Thumbs.db", "desktop.ini"):
        (file.parent / name).write_bytes(b"x")
    return tmp_path / "nwb"


def test_leftovers_of_systems_are_no_assets_and_not_named_as_others(output: Path) -> None:
    found = find_local_files(output)
    assert [asset.path for asset in found.assets] == [NWB]
    assert found.not_assets == ()


def test_a_zarr_store_is_no_asset_and_named(output: Path) -> None:
    store = output / f"{NWB}.zarr"
    (store / "acquisition").mkdir(parents=True)
    (store / ".zgroup").write_text("{}")
    (store / "acquisition" / "0.0").write_bytes(b"x")

    found = find_local_files(output)

    assert [asset.path for asset in found.assets] == [NWB]
    assert found.stores == (f"{NWB}.zarr",)
    assert found.not_assets == ()

    (output / NWB).unlink()
    with pytest.raises(SscError) as caught:
        find_local_files(output)
    assert caught.value.problem.kind.identifier == "archive-nothing-to-upload"
    assert f"{NWB}.zarr" in (caught.value.problem.found or "")
