"""Fixtures of all tests that need an archive: a running one, a folder to upload, waits without waiting."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from archive_samples import NWB, QUICK, VIDEO_FOLDER, VIDEOS, local_assets
from dandi_server import KEY, DandiServer, running_archive

from ssc_to_nwb.api import archive as archive_api
from ssc_to_nwb.dandi.results import DownloadCheckResult, UploadResult


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, caches, logs and keyrings of the test, not the user's."""
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setenv("DANDI_NO_ET", "1")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for variable in ("DANDI_API_KEY", "DANDI_SANDBOX_API_KEY", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The owner's key, where a user puts it."""
    monkeypatch.setenv("DANDI_API_KEY", KEY)
    return KEY


@pytest.fixture
def archive() -> Iterator[DandiServer]:
    from dandischema.consts import DANDI_SCHEMA_VERSION

    with running_archive(schema_version=DANDI_SCHEMA_VERSION) as server:
        yield server


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dandi client's own waits take no time, and it tries a request three times, not twelve."""
    import dandi.dandiapi
    import tenacity.nap

    monkeypatch.setattr(dandi.dandiapi, "sleep", lambda _seconds: None)
    monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=lambda _seconds: None))
    monkeypatch.setattr(dandi.dandiapi, "REQUEST_RETRIES", 3)


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every NWB file is valid, without being looked at; the files for which that was asked."""
    from ssc_to_nwb.dandi import prepare

    asked: list[Path] = []
    monkeypatch.setattr(prepare, "errors_of", lambda file: asked.append(file) or ())
    return asked


@pytest.fixture(scope="session")
def metadata_by_content() -> dict[bytes, Any]:
    """What the dandi client has read out of NWB files in this process."""
    return {}


@pytest.fixture
def metadata_read_once(metadata_by_content: dict[bytes, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The dandi client reads each content of an NWB file once: the tests send nearly all the same file."""
    from dandi.metadata import nwb

    read = nwb.get_metadata

    def get_metadata(path: Path, digest: object = None) -> Any:
        content = Path(path).read_bytes()
        if content not in metadata_by_content:
            metadata_by_content[content] = read(path, digest)
        return deepcopy(metadata_by_content[content])

    monkeypatch.setattr(nwb, "get_metadata", get_metadata)


@pytest.fixture
def small_parts(archive: DandiServer, monkeypatch: pytest.MonkeyPatch) -> int:
    """Parts of 1000 bytes at both ends, so that a small file has several; one that failed is given up on soon."""
    from dandischema.digests.dandietag import PartGenerator

    from ssc_to_nwb.dandi import parts

    monkeypatch.setattr(PartGenerator, "DEFAULT_PART_SIZE", 1000)
    monkeypatch.setattr(PartGenerator, "MIN_PART_SIZE", 1)
    monkeypatch.setattr(parts, "PATIENCE_S", 0.2)
    monkeypatch.setattr(parts, "_POLL_S", 0.05)
    archive.model.part_size = 1000
    return 1000


@pytest.fixture(scope="session")
def nwb_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small valid NWB file with a subject, a series and two external videos."""
    import numpy as np
    from pynwb import NWBHDF5IO, NWBFile, TimeSeries
    from pynwb.file import Subject
    from pynwb.image import ImageSeries

    start = datetime(2013, 3, 8, 15, 0, tzinfo=UTC)
    nwbfile = NWBFile(
        session_description="a session made up for tests",
        identifier="made-up",
        session_start_time=start,
        session_id="20130308",
        experimenter=["Peron, Simon"],
    )
    nwbfile.subject = Subject(subject_id="an1", species="Mus musculus", sex="M", age="P7W", description="made up")
    nwbfile.add_acquisition(TimeSeries(name="angle", data=np.arange(100.0), unit="degrees", rate=500.0))
    folder = VIDEO_FOLDER.rpartition("/")[2]
    nwbfile.add_acquisition(
        ImageSeries(
            name="whisker_video",
            external_file=[f"{folder}/trial_2.mp4", f"{folder}/trial_3.mp4"],
            format="external",
            starting_frame=[0, 10],
            rate=500.0,
            unit="n.a.",
            num_samples=20,
        )
    )
    path = tmp_path_factory.mktemp("template") / "template.nwb"
    with NWBHDF5IO(path, "w") as io:
        # The schema would make ten times as many parts of it.
        io.write(nwbfile, cache_spec=False)
    return path


@pytest.fixture
def output(tmp_path: Path, nwb_template: Path, metadata_read_once: None) -> Path:
    """An output folder as `convert` leaves it: one NWB file, two videos, a record that is no asset."""
    folder = tmp_path / "output"
    (folder / VIDEO_FOLDER).mkdir(parents=True)
    shutil.copyfile(nwb_template, folder / NWB)
    for trial, content in VIDEOS.items():
        (folder / VIDEO_FOLDER / f"trial_{trial}.mp4").write_bytes(content)
    (folder / "sub-an1" / "notes.txt").write_text("not an asset")
    return folder


@pytest.fixture
def upload(
    archive: DandiServer, output: Path, no_waiting: None, validated: list[Path], key: str
) -> Callable[..., UploadResult]:
    """`upload` of the API to the running archive, without waits and with a validation that finds nothing."""

    def run(**arguments: object) -> UploadResult:
        defaults: dict[str, object] = {
            "output": output,
            "dandiset": "000123",
            "instance": archive.url,
            "retry": QUICK,
            "first_contact": QUICK,
        }
        return archive_api.upload(**{**defaults, **arguments})  # type: ignore[arg-type]

    return run


@pytest.fixture
def download_check(
    archive: DandiServer, output: Path, no_waiting: None, key: str
) -> Callable[..., DownloadCheckResult]:
    """`download_check` of the API against the running archive, without waits."""

    def run(**arguments: object) -> DownloadCheckResult:
        defaults: dict[str, object] = {
            "output": output,
            "dandiset": "000123",
            "instance": archive.url,
            "retry": QUICK,
            "first_contact": QUICK,
        }
        return archive_api.download_check(**{**defaults, **arguments})  # type: ignore[arg-type]

    return run


@pytest.fixture
def same_there(archive: DandiServer, output: Path) -> Callable[[], bool]:
    """Whether the archive holds exactly the local files, byte for byte."""

    def compare() -> bool:
        here = local_assets(output)
        return set(archive.contents()) == set(here) and all(
            archive.bytes_of(path) == content for path, content in here.items()
        )

    return compare
