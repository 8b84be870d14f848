"""Sessions that come packed, wholly or in part, are converted as if they lay unpacked."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from converting import convert
from tiny_sessions import record_lines, stray_files, tiny_spec, write_tiny

from ssc_to_nwb.api import conversion
from ssc_to_nwb.api.conversion import ConversionResult
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.run.events import RunEvent
from ssc_to_nwb.run.session_sources import SourceSearch, find_sources
from ssc_to_nwb.run_files import packed_listing
from ssc_to_nwb.testing.dataset import SyntheticSession

FIRST, SECOND = "an900010_2013_01_01", "an900010_2013_01_02"
Pack = Callable[[Path, Path], Path]


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> list[SyntheticSession]:
    """Two tiny sessions with stacks and little else, unpacked."""
    return write_tiny(tmp_path_factory.mktemp("packed"), 2, raw=True, whisker_data=False)


@pytest.fixture(scope="module")
def made(sessions: list[SyntheticSession]) -> Path:
    """The folder of both sessions."""
    return sessions[0].root


@pytest.fixture(scope="module")
def expected(sessions: list[SyntheticSession]) -> dict[str, int]:
    """Frames in each session's stacks."""
    return {made.spec.session_name: made.subvolumes[0].time_ms.size for made in sessions}


def frames_of(result: ConversionResult) -> dict[str, int]:
    """Number of frames by session; a session that failed is an assertion."""
    import h5py

    frames = {}
    for outcome in result.outcomes:
        assert outcome.error is None, outcome.error
        with h5py.File(outcome.output) as file:
            frames[outcome.session] = len(file["acquisition/two_photon_series_fov_01002_green/data"])
    return frames


def tar(path: Path, folder: Path) -> Path:
    """All that is in a folder, packed."""
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as packed:
        for child in sorted(folder.iterdir()):
            packed.add(child, arcname=child.name)
    return path


def zipped(path: Path, folder: Path) -> Path:
    """All that is in a folder, packed."""
    with zipfile.ZipFile(path, "w") as packed:
        for child in sorted(folder.rglob("*")):
            packed.write(child, arcname=str(child.relative_to(folder)))
    return path


def errors(result: ConversionResult) -> dict[str, str | None]:
    """Identifiers of what failed, by session."""
    return {o.session: o.error.kind.identifier if o.error else None for o in result.outcomes}


def problems(source: Path, output: Path) -> dict[str, str | None]:
    """Identifiers of what is wrong with sessions that are found, by session."""
    found = find_sources(source, SourceSearch(output=output))
    return {one.name: one.problem.kind.identifier if one.problem else None for one in found}


@pytest.mark.parametrize(
    ("name", "pack"), [("all.tar.gz", tar), pytest.param("all.zip", zipped, marks=pytest.mark.long)]
)
def test_sessions_in_one_packed_file(made: Path, expected: object, tmp_path: Path, name: str, pack: Pack) -> None:
    (tmp_path / "source").mkdir()
    path = pack(tmp_path / "source" / name, made)
    events: list[RunEvent] = []
    result = conversion.convert(source=path, output=tmp_path / "nwb", on_event=events.append)
    assert frames_of(result) == expected
    assert [outcome.verified for outcome in result.outcomes] == ["full", "full"]
    assert "unpack" in {event.fields.get("stage") for event in events}
    assert stray_files(tmp_path / "nwb") == []
    assert [path.name for path in (tmp_path / "source").iterdir()] == [name]


def test_what_was_done_from_a_packed_file_is_skipped_without_unpacking(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one").mkdir()
    shutil.copy2(made / f"{FIRST}_session.mat", tmp_path / "one")
    (tmp_path / "source").mkdir()
    path = tar(tmp_path / "source" / "all.tar.gz", tmp_path / "one")
    convert(source=tmp_path / "source", output=tmp_path / "nwb", raw="skip", verify="off")

    def refuse(*_: object) -> None:
        raise AssertionError("it was read once more")

    monkeypatch.setattr("ssc_to_nwb.run.session_sources.list_packed", refuse)
    again = convert(source=tmp_path / "source", output=tmp_path / "nwb", raw="skip", verify="off")
    assert [outcome.status for outcome in again.outcomes] == ["skipped"]
    monkeypatch.undo()
    os.utime(path, ns=(1, 1))
    touched = convert(source=tmp_path / "source", output=tmp_path / "nwb", raw="skip", verify="off")
    assert [outcome.status for outcome in touched.outcomes] == ["converted"]
    by_content = {"raw": "skip", "verify": "off", "rehash": True}
    os.utime(path, ns=(2, 2))
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", **by_content)  # type: ignore[arg-type]
    assert [outcome.status for outcome in result.outcomes] == ["skipped"]


def test_a_session_file_beside_its_packed_raw_files(made: Path, expected: dict[str, int], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy2(made / f"{FIRST}_session.mat", source)
    with tarfile.open(source / f"{FIRST}_part1.tar.gz", "w:gz") as packed:
        # Packed without the session's folder: the packed file's own name is that of the session.
        for child in sorted((made / FIRST).iterdir()):
            packed.add(child, arcname=child.name)
    assert frames_of(convert(source=source, output=tmp_path / "nwb", verify="off")) == {FIRST: expected[FIRST]}


def test_a_packed_session_file_beside_its_unpacked_raw_files_is_not_guessed_about(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made / FIRST, source / FIRST)
    with zipfile.ZipFile(source / "mats.zip", "w") as packed:
        packed.write(made / f"{FIRST}_session.mat", arcname=f"{FIRST}_session.mat")
    assert errors(convert(source=source, output=tmp_path / "nwb")) == {FIRST: "packed-partly-unpacked"}


def test_what_a_packed_file_holds_is_noted_beside_the_output(made: Path, tmp_path: Path) -> None:
    path, read = tar(tmp_path / "all.tar", made), list[Path]()
    first = SourceSearch(output=tmp_path / "nwb", on_listing=read.append)
    assert [one.name for one in find_sources(path, first)] == [FIRST, SECOND]
    packed_listing(tmp_path / "nwb").parent.mkdir(parents=True)
    first.save()
    again = SourceSearch(output=tmp_path / "nwb", on_listing=read.append)
    assert find_sources(path, again) == find_sources(path, SourceSearch())
    assert read == [path]
    tar(path, made)
    find_sources(path, SourceSearch(output=tmp_path / "nwb", on_listing=read.append))
    assert read == [path, path]


def test_a_packed_file_that_was_unpacked_where_it_lies_is_passed_over(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source)
    tar(source / "all.tar", made)
    found = find_sources(source, SourceSearch(output=tmp_path))
    assert [(one.name, one.packed, one.problem) for one in found] == [(FIRST, None, None), (SECOND, None, None)]


def test_a_packed_file_that_was_unpacked_in_part_is_not_guessed_about(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source)
    tar(source / "all.tar", made)
    next((source / FIRST).rglob("*main_001.tif")).unlink()
    assert problems(source, tmp_path) == {FIRST: "packed-partly-unpacked", SECOND: None}


def test_a_twin_of_another_size_is_not_guessed_about(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source)
    tar(source / "all.tar", made)
    with (source / f"{SECOND}_session.mat").open("ab") as file:
        file.write(b"more")
    assert problems(source, tmp_path) == {FIRST: None, SECOND: "packed-twice"}


def test_a_packed_file_that_is_damaged_does_not_stop_the_others(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    shutil.copy2(made / f"{FIRST}_session.mat", source)
    (source / "broken.zip").write_bytes(b"no zip")
    result = convert(source=source, output=tmp_path / "nwb", verify="off", raw="skip")
    assert errors(result) == {FIRST: None, "broken": "packed-unreadable"}


def test_a_link_to_no_packed_file_does_not_stop_the_others(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source)
    (source / "gone.tar").symlink_to(tmp_path / "nothing.tar")
    assert problems(source, tmp_path) == {FIRST: None, SECOND: None, "gone": "source-not-readable"}


def test_a_session_packed_in_two_folders_is_not_guessed_about(made: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / "source" / name).mkdir(parents=True)
        tar(tmp_path / "source" / name / "all.tar", made)
    result = convert(source=tmp_path / "source", output=tmp_path / "nwb", verify="off")
    assert errors(result) == {FIRST: "packed-twice", SECOND: "packed-twice"}


def test_what_is_said_of_a_packed_file_names_it_and_not_the_work_folder(made: Path, tmp_path: Path) -> None:
    broken = tmp_path / "made"
    shutil.copytree(made, broken)
    (broken / f"{SECOND}_session.mat").write_bytes(b"no mat file")
    (broken / FIRST / "notes.txt").write_text("not a file of the data set")
    path = tar(tmp_path / "all.tar.gz", broken)
    done, failed = convert(source=path, output=tmp_path / "nwb", verify="off").outcomes
    assert failed.error is not None
    assert failed.error.file == str(path / f"{SECOND}_session.mat")
    assert [file for file, _ in done.left_out] == [str(path / FIRST / "notes.txt")]
    for line in record_lines(tmp_path / "nwb"):
        assert ".ssc-to-nwb/work" not in json.dumps({**line, "traceback": None})


def test_the_work_folder_is_used_and_left_empty(made: Path, tmp_path: Path) -> None:
    path = tar(tmp_path / "all.tar", made)
    work = tmp_path / "work"
    seen: set[str] = set()

    def look(event: RunEvent) -> None:
        seen.update(child.name for child in work.glob("*/*"))

    result = conversion.convert(source=path, output=tmp_path / "nwb", work_dir=work, on_event=look, verify="off")
    assert errors(result) == {FIRST: None, SECOND: None}
    assert seen == {FIRST, SECOND}
    assert list(work.iterdir()) == []


def test_a_work_folder_without_room_is_refused_before_any_work(
    made: Path, tmp_path: Path, mounted: Callable[..., Path]
) -> None:
    path = tar(tmp_path / "all.tar", made)
    disk = mounted("-t", "tmpfs", "-o", "size=20k", "tmpfs")
    with pytest.raises(SscError) as caught:
        convert(source=path, output=tmp_path / "nwb", work_dir=disk / "work")
    assert caught.value.problem.kind.identifier == "space-short"
    assert not list((tmp_path / "nwb").rglob("*.nwb"))
    result = convert(source=path, output=tmp_path / "nwb", work_dir=disk / "work", ignore_space=True)
    assert errors(result) == {FIRST: "space-short", SECOND: "space-short"}


def test_a_work_folder_that_fills_up_is_no_damage_of_the_packed_file(
    made: Path, tmp_path: Path, mounted: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another program takes the room after it was looked at.
    monkeypatch.setattr("ssc_to_nwb.run.session_sources.free_bytes", lambda _: 2**30)
    path = tar(tmp_path / "all.tar", made)
    disk = mounted("-t", "tmpfs", "-o", "size=20k", "tmpfs")
    result = convert(source=path, output=tmp_path / "nwb", work_dir=disk / "work", ignore_space=True)
    assert errors(result) == {FIRST: "disk-full", SECOND: "disk-full"}


def test_packed_files_are_checked_against_the_list_beside_them(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = tar(source / "all.tar.gz", made)
    (source / "checksums.md5").write_text(f"{hashlib.md5(path.read_bytes()).hexdigest()}  all.tar.gz\n")
    options = {"raw": "skip", "verify": "off", "sessions": [FIRST]}
    assert errors(convert(source=source, output=tmp_path / "nwb", **options)) == {FIRST: None}
    (source / "checksums.md5").write_text(f"{'0' * 32}  all.tar.gz\n")
    result = convert(source=source, output=tmp_path / "other", **options)
    assert errors(result) == {FIRST: "checksum-differs"}
    assert not list((tmp_path / "other").rglob("*.nwb"))


def test_unpacked_files_are_checked_against_the_lists_above_them(made: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(made, source / "ssc-1" / "data")
    stack = next((source / "ssc-1" / "data" / FIRST).rglob("*main_001.tif"))
    name = stack.relative_to(source)
    (source / "MD5SUMS").write_text(f"{'0' * 32}  {name}\n")
    result = convert(source=source, output=tmp_path / "nwb", verify="off", sessions=[FIRST])
    assert errors(result) == {FIRST: "checksum-differs"}
    # Without raw files that stack is not read, and not checked.
    result = convert(source=source, output=tmp_path / "mat", raw="skip", verify="off", sessions=[FIRST])
    assert errors(result) == {FIRST: None}


def test_the_line_in_the_record_knows_the_packed_file_as_the_source(made: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", made)
    convert(source=path, output=tmp_path / "nwb", sessions=[FIRST], verify="off")
    (line,) = record_lines(tmp_path / "nwb")
    assert (line["inputs"]["source_files"], line["inputs"]["source_bytes"]) == (1, path.stat().st_size)


def test_an_ssc_2_session_in_a_zip(tmp_path: Path) -> None:
    from ssc_to_nwb.testing.dataset import write_session

    made = write_session(root=tmp_path / "made", spec=tiny_spec(data_set="ssc-2", variable_name="dat"))
    zipped(tmp_path / "ssc-2.zip", tmp_path / "made")
    result = convert(source=tmp_path / "ssc-2.zip", output=tmp_path / "nwb", verify="off")
    assert errors(result) == {made.spec.session_name: None}
