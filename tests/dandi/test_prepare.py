"""Validation before the upload: of what would be sent, in several processes, not again where it is recorded."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from archive_samples import NWB, QUICK, VIDEO_FOLDER
from dandi.files import dandi_file
from dandi_server import DandiServer

from ssc_to_nwb import naming
from ssc_to_nwb.api import archive as archive_api
from ssc_to_nwb.dandi import prepare as prepare_module
from ssc_to_nwb.dandi.prepare import prepare
from ssc_to_nwb.dandi.results import TransferProgress, UploadResult
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.validate import one_file

Upload = Callable[..., UploadResult]
OTHER = "sub-an2/sub-an2_ses-20130309_behavior.nwb"


@pytest.fixture
def two_sessions(output: Path) -> Path:
    """The output folder with a second session; a run folder as a conversion leaves it."""
    (output / "sub-an2").mkdir()
    shutil.copyfile(output / NWB, output / OTHER)
    with h5py.File(output / OTHER, "r+") as file:
        del file["general/subject/subject_id"]
        file["general/subject/subject_id"] = "an2"
        del file["acquisition/whisker_video"]
    naming.run_folder(output).mkdir()
    return output


@pytest.fixture
def upload_for_real(archive: DandiServer, output: Path, no_waiting: None, key: str) -> Upload:
    """`upload` with its own validation."""

    def run(**arguments: object) -> UploadResult:
        defaults = {"output": output, "dandiset": "000123", "instance": archive.url, "retry": QUICK}
        return archive_api.upload(**{**defaults, **arguments})  # type: ignore[arg-type]

    return run


def damage(path: Path) -> None:
    """Make a file invalid: DANDI wants to know the species."""
    with h5py.File(path, "r+") as file:
        del file["general/subject/species"]


def test_a_session_that_is_not_valid_is_not_sent_and_the_others_are(
    upload_for_real: Upload, two_sessions: Path, archive: DandiServer
) -> None:
    damage(two_sessions / NWB)

    result = upload_for_real()

    assert not result.ok
    statuses = {outcome.path: outcome.status for outcome in result.outcomes}
    assert statuses[NWB] == "failed" and statuses[OTHER] == "uploaded"
    assert {statuses[path] for path in statuses if path.startswith(VIDEO_FOLDER + "/")} == {"not tried"}
    assert set(archive.contents()) == {OTHER}
    (problem,) = [each for each in result.problems if each.kind.identifier == "archive-not-valid"]
    assert problem.file == NWB and "species" in (problem.detail or "")


def test_only_errors_are_counted(two_sessions: Path) -> None:
    damage(two_sessions / OTHER)
    with pytest.raises(SscError) as raised:
        prepare(dandi_file(two_sessions / OTHER, dandiset_path=two_sessions), "require")
    found = raised.value.problem
    listed = (found.detail or "").splitlines()
    assert found.found == ("1 error" if len(listed) == 1 else f"{len(listed)} errors")
    assert all("info" not in line.split()[0] for line in listed)


@pytest.mark.long
def test_in_processes_of_their_own(upload_for_real: Upload, two_sessions: Path, archive: DandiServer) -> None:
    """As many as were asked for; sending begins when the first file is valid."""
    damage(two_sessions / NWB)
    stages: list[TransferProgress] = []

    result = upload_for_real(workers=2, on_progress=stages.append)

    assert set(archive.contents()) == {OTHER}
    assert [each.kind.identifier for each in result.problems if each.file == NWB] == ["archive-not-valid"]
    assert "validating" in {step.stage for step in stages}


@pytest.mark.long
def test_a_process_that_dies_is_a_problem_of_its_file(
    upload_for_real: Upload, two_sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ssc_to_nwb.dandi.send.prepare", _die)
    result = upload_for_real(workers=2)
    assert {each.kind.identifier for each in result.problems if each.file in (NWB, OTHER)} == {
        "archive-preparation-died"
    }
    assert not result.ok


def _die(*_: object) -> None:
    os._exit(9)


def test_what_is_recorded_and_has_not_changed_is_not_validated_again(
    upload_for_real: Upload, two_sessions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive_api_validation = pytest.importorskip("ssc_to_nwb.api.validation")
    assert archive_api_validation.validate(paths=[two_sessions]).ok
    looked_at: list[Path] = []
    validate_file = one_file.validate_file
    monkeypatch.setattr(one_file, "validate_file", lambda file: looked_at.append(file) or validate_file(file))
    with h5py.File(two_sessions / OTHER, "r+") as file:
        file["general/lab"] = "changed since"

    assert upload_for_real().ok

    assert looked_at == [two_sessions / OTHER]


def test_an_upload_records_its_validation(upload_for_real: Upload, two_sessions: Path, archive: DandiServer) -> None:
    """A second run, of what the first could not send, does not validate again."""
    archive.fail("create", "400", times=4)
    assert not upload_for_real().ok
    assert naming.sidecar(two_sessions / NWB, "validation").exists()


def test_skip_reads_the_metadata_alone(two_sessions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage(two_sessions / OTHER)
    monkeypatch.setattr(prepare_module, "errors_of", lambda _file: pytest.fail("nobody asked for that"))
    found = prepare(dandi_file(two_sessions / OTHER, dandiset_path=two_sessions), "skip")
    assert found["path"] == OTHER
    assert found["digest"]["dandi:dandi-etag"]
