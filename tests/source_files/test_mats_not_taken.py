"""MATLAB files that are not taken for a session are named, each with the reason."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

import pytest

from ssc_to_nwb.run.session_sources import SourceSearch, find_not_taken, find_sources
from ssc_to_nwb.source_files.session_files import why_not_taken

SESSION = "an229716_2013_12_02"
OTHER_KIND = "packed files of this kind are not read; those of .tar, .tar.gz, .tgz, .zip are"
NAMED = {
    "notes.mat": "its name does not begin with animal and date",
    "an229716_session.mat": "its name does not begin with animal and date",
    f"{SESSION}_events.MAT": "its name continues with '_events.MAT' after animal and date",
    f"{SESSION}_b_session.mat": "its name continues with '_b_session.mat' after animal and date",
    f"{SESSION}bcd_session.mat": "its name continues with 'bcd_session.mat' after animal and date",
    f"sub/{SESSION}.extra.mat": "its name continues with '.extra.mat' after animal and date",
    f"{SESSION}/fov_01002/fluo_batch_out/{SESSION}_session.mat": "it is in fov_01002, a folder of raw files",
    f"{SESSION}/whisker/tracked.mat": "it is in whisker, a folder of raw files",
    f"._{SESSION}_session.mat": "left there by macOS or Windows, not part of the data",
    "ssc-2/an171923.tar.xz": OTHER_KIND,
    "an171923_2012_06_04_data_struct.mat.gz": OTHER_KIND,
    f"{SESSION}/fov_01002.7Z": OTHER_KIND,
}
KNOWN = (
    f"{SESSION}_session.mat",
    f"{SESSION}b_data_struct.mat",
    "ssc-2/an197522/an197522_2013_03_08_sess.mat",
    f"{SESSION}/fov_01002/imreg_session_stats.mat",
    f"{SESSION}/fov_01002/fluo_batch_out/imreg_err_file.mat",
    f"{SESSION}/fov_01002/fluo_batch_out/Image_Registration_4_{SESSION}_main_001.imreg_out",
    f"{SESSION}/notes.txt",
    f"{SESSION}/notes.txt.gz",
    f"{SESSION}/fov_01002/fluo_batch_out/stacks.tar.xz",
    f"ssc-2/._{SESSION}.rar",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for name in (*NAMED, *KNOWN):
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "source"


def named(source: Path, below: Path) -> dict[str, str | None]:
    """Reasons by path below a folder or packed file."""
    search = SourceSearch()
    sessions = find_sources(source, search)
    assert [one.name for one in sessions] == ["an197522_2013_03_08", SESSION, f"{SESSION}b"]
    problems = find_not_taken(source, search)
    assert {problem.kind.identifier for problem in problems} == {"mat-not-taken"}
    assert len(problems) == len({problem.file for problem in problems})
    return {Path(problem.file or "").relative_to(below).as_posix(): problem.found for problem in problems}


def test_in_a_folder(source: Path) -> None:
    assert named(source, source) == NAMED


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_in_a_packed_file(source: Path, tmp_path: Path, kind: str) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "all"), kind, source))
    assert named(packed, packed) == NAMED


def test_in_a_packed_file_of_a_folder(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    (folder / "deep").mkdir(parents=True)
    packed = Path(shutil.make_archive(str(folder / "deep" / "all"), "zip", source))
    (folder / "other.mat").touch()
    found = find_not_taken(folder, SourceSearch())
    assert {problem.file for problem in found} == {
        str(folder / "other.mat"),
        *(str(packed / name) for name in NAMED),
    }


def test_a_pipe_is_named_and_not_opened(tmp_path: Path) -> None:
    (tmp_path / f"{SESSION}_session.mat").touch()
    os.mkfifo(tmp_path / "an1_2013_12_02_session.mat")
    (problem,) = find_not_taken(tmp_path, SourceSearch())
    assert problem.found == "a named pipe (FIFO), not a file"


def test_the_output_is_not_searched(source: Path) -> None:
    output = source / "nwb"
    output.mkdir()
    (output / "restored.mat").touch()
    found = find_not_taken(source, SourceSearch(output=output))
    assert not any("restored" in (problem.file or "") for problem in found)


def test_where_nothing_is_taken_the_error_names_what_is_there(tmp_path: Path) -> None:
    from made_sessions import problem_raised

    (tmp_path / "an229716 2013 session.mat").touch()
    with problem_raised() as found:
        find_sources(tmp_path, SourceSearch())
    assert found[0].kind.identifier == "no-session-found"
    assert "an229716 2013 session.mat (its name does not begin with animal and date)" in (found[0].found or "")


def test_a_packed_file_of_a_kind_that_is_not_read_is_refused_as_one(tmp_path: Path) -> None:
    from made_sessions import problem_raised

    packed = tmp_path / "ssc-1.tar.bz2"
    packed.touch()
    with problem_raised() as found:
        find_sources(packed, SourceSearch())
    assert (found[0].kind.identifier, found[0].found) == ("packed-unreadable", "ssc-1.tar.bz2")
    assert found[0].expected == "one of .tar, .tar.gz, .tgz, .zip"


def test_a_packed_file_inside_another_one_is_named(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / f"{SESSION}.tar.gz").touch()
    packed = Path(shutil.make_archive(str(tmp_path / "all"), "zip", inner))
    (problem,) = find_not_taken(packed, SourceSearch())
    assert (problem.file, problem.found) == (
        str(packed / f"{SESSION}.tar.gz"),
        "a packed file inside another one is not read",
    )


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_taken_or_known_has_no_reason(name: str) -> None:
    assert why_not_taken(PurePosixPath(name)) is None
