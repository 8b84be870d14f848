"""A finished file as a Zarr store: the same content, whole or absent."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from click.testing import CliRunner
from made_sessions import Converted, problem_raised

from ssc_to_nwb import open_session
from ssc_to_nwb.api.validation import validate
from ssc_to_nwb.api.verification import content_digest, verify_sessions
from ssc_to_nwb.api.zarr_export import export_zarr
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.run.places import find_converted

zarr = pytest.importorskip("zarr")
pytest.importorskip("hdmf_zarr")


@pytest.fixture(scope="module")
def file(converted_small_raw: Converted) -> Path:
    """The NWB file of a small session with raw files."""
    return converted_small_raw.path


@pytest.fixture(scope="module")
def bare(convert_once: Callable[..., Converted]) -> Path:
    """An NWB file with as few objects as a session has: each takes its time to export."""
    return convert_once(subvolumes=(), whisker_data=False).path


@pytest.fixture
def store(zarr_store: tuple[Path, str]) -> Path:
    """The file as a store."""
    return zarr_store[0]


class TestContent:
    def test_the_digest_is_that_of_the_file(self, file: Path, zarr_store: tuple[Path, str]) -> None:
        store, printed = zarr_store
        digest = content_digest(file=file)
        assert content_digest(file=store) == digest
        assert f"digest {digest}" in printed

    def test_nothing_is_pickled_and_nothing_points_to_where_it_was_built(self, store: Path) -> None:
        heads = [json.loads(path.read_text()) for path in store.rglob(".zarray")]
        assert len(heads) > 100
        assert not [head for head in heads if any(codec["id"] == "pickle" for codec in head["filters"] or ())]
        assert not [path for path in store.rglob(".z*") if "in-progress" in path.read_text()]
        assert [path.name for path in store.parent.iterdir()] == [store.name]

    def test_a_session_is_opened_and_validated(self, file: Path, store: Path) -> None:
        with open_session(store) as session, open_session(file) as original:
            assert session.trials.equals(original.trials)
        errors = {message.identifier for message in validate(paths=[store]).messages if message.severity == "error"}
        # The store of this test is in no dandiset, and without its videos.
        assert errors <= {"dandi-layout", "external-file-missing", "check_image_series_external_file_valid"}

    def test_an_object_that_differs_is_named(
        self, file: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ssc_to_nwb.nwb_file import zarr_store

        def one_value_wrong(_: Path, path: Path) -> None:
            shutil.copytree(store, path, dirs_exist_ok=True)
            times = zarr.open_group(str(path), mode="r+")["intervals/trials/start_time"]
            times[1] += 1

        monkeypatch.setattr(zarr_store, "write_store", one_value_wrong)
        with problem_raised() as problems:
            export_zarr(file=file, store=tmp_path / "x.nwb.zarr")
        assert (problems[0].kind.identifier, problems[0].field) == ("export-differs", "/intervals/trials/start_time")
        assert list(tmp_path.iterdir()) == []


class TestPlace:
    def test_an_existing_store_is_kept_until_overwrite(self, bare: Path, tmp_path: Path) -> None:
        target = tmp_path / "x.nwb.zarr"
        zarr.open_group(str(target), mode="w").attrs["older"] = True
        with problem_raised() as problems:
            export_zarr(file=bare, store=target)
        assert problems[0].kind.identifier == "output-exists"
        assert (target / ".zattrs").exists()
        result = export_zarr(file=bare, store=target, overwrite=True)
        assert content_digest(file=target) == result.digest == content_digest(file=bare)
        assert [path.name for path in tmp_path.iterdir()] == ["x.nwb.zarr"]

    @pytest.mark.parametrize("kind", ["folder", "file", "link"])
    def test_nothing_but_a_store_is_ever_replaced(self, file: Path, tmp_path: Path, kind: str) -> None:
        target = tmp_path / "x.nwb.zarr"
        if kind == "folder":
            target.mkdir()
            (target / "letters.txt").write_text("mine")
        elif kind == "file":
            target.write_text("mine")
        else:
            target.symlink_to(tmp_path)
        for overwrite in (False, True):
            with problem_raised() as problems:
                export_zarr(file=file, store=target, overwrite=overwrite)
            assert problems[0].kind.identifier == "export-place-taken"
        assert os.path.lexists(target)
        assert kind != "folder" or (target / "letters.txt").read_text() == "mine"

    def test_only_a_file_is_exported(self, store: Path, tmp_path: Path) -> None:
        (tmp_path / "text.nwb").write_text("no HDF5")
        with h5py.File(tmp_path / "other.nwb", "w") as other:
            other["x"] = 1
        for source, identifier in (
            (store, "export-source-invalid"),
            (tmp_path / "none.nwb", "export-source-invalid"),
            (tmp_path / "text.nwb", "verify-unreadable"),
            (tmp_path / "other.nwb", "export-source-invalid"),
        ):
            with problem_raised() as problems:
                export_zarr(file=source, store=tmp_path / "x.nwb.zarr")
            assert problems[0].kind.identifier == identifier
        assert {path.name for path in tmp_path.iterdir()} == {"text.nwb", "other.nwb"}

    def test_a_full_disk_leaves_nothing(self, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from ssc_to_nwb.nwb_file import zarr_store

        def fail(_: Path, path: Path) -> None:
            (path / "part").mkdir()
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(zarr_store, "write_store", fail)
        with problem_raised() as problems:
            export_zarr(file=file, store=tmp_path / "x.nwb.zarr")
        assert problems[0].kind.identifier == "disk-full"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.long
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
    def test_an_interrupted_export_leaves_nothing_half(self, file: Path, tmp_path: Path, number: int) -> None:
        target = tmp_path / "x.nwb.zarr"
        arguments = ["-c", "from ssc_to_nwb.cli.main import main; main()", "export-zarr", str(file), str(target)]
        process = subprocess.Popen([sys.executable, *arguments], stderr=subprocess.DEVNULL)
        while process.poll() is None and not any(tmp_path.glob("*/acquisition")):
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait() != 0
        assert not target.exists()
        export_zarr(file=file, store=target)
        assert [path.name for path in tmp_path.iterdir()] == ["x.nwb.zarr"]


class TestCommand:
    @pytest.mark.long
    def test_json(self, file: Path, tmp_path: Path) -> None:
        target = tmp_path / "x.nwb.zarr"
        result = CliRunner().invoke(group, ["export-zarr", str(file), str(target), "--json"], catch_exceptions=False)
        found = json.loads(result.stdout)
        assert (found["store"], found["digest"]) == (str(target), content_digest(file=file))
        assert found["objects"] > 100

    @pytest.mark.parametrize("command", ["convert", "plan"])
    def test_the_option_of_earlier_versions_is_no_more(self, tmp_path: Path, command: str) -> None:
        result = CliRunner().invoke(group, [command, str(tmp_path), str(tmp_path / "nwb"), "--backend", "zarr"])
        assert result.exit_code == 2
        assert "No such option" in result.stderr
        assert "--backend" in result.stderr


class TestVerification:
    def test_of_a_store_is_refused_with_what_to_do_instead(self, converted_small_raw: Converted, store: Path) -> None:
        with problem_raised() as problems:
            verify_sessions(source=converted_small_raw.made.root, output=store)
        assert problems[0].kind.identifier == "zarr-store-not-verified"
        assert "digest FILE.nwb STORE" in problems[0].kind.remedy

    def test_of_a_folder_is_about_the_file_beside_a_store(
        self, converted_small_raw: Converted, file: Path, store: Path, tmp_path: Path
    ) -> None:
        folder = Path(shutil.copytree(file.parents[1], tmp_path / "nwb"))
        shutil.copytree(store, folder / file.parent.name / f"{file.name}.zarr")
        assert find_converted(folder, session=converted_small_raw.made.spec.session_name).name == file.name
