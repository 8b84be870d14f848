"""Session files are found by their names."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.session_key import SessionKey
from ssc_to_nwb.source_files.session_files import dataset_of, find_session_files, key_from_path

FIRST, SECOND = "an197522_2013_03_08", "an229719_2013_12_02"


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize(
    ("name", "key", "dataset"),
    [
        ("an197522_2013_03_08_session.mat", SessionKey(animal="an197522", date="20130308"), "ssc-1"),
        ("an171923_2012_06_04_data_struct.mat", SessionKey(animal="an171923", date="20120604"), "ssc-2"),
        ("JF26332_2013_12_01_session.mat", SessionKey(animal="JF26332", date="20131201"), "ssc-1"),
        ("an229716_2013_12_02b_data_struct.mat", SessionKey(animal="an229716", date="20131202", letter="b"), "ssc-2"),
        ("an229716_2013_12_03b_session.mat", SessionKey(animal="an229716", date="20131203", letter="b"), "ssc-1"),
        ("an229716_2013_12_03_sess.mat", SessionKey(animal="an229716", date="20131203"), "ssc-2"),
        ("an229717_2013_12_05b.mat", SessionKey(animal="an229717", date="20131205", letter="b"), "ssc-2"),
        ("an197522_2013_03_08.mat", SessionKey(animal="an197522", date="20130308"), "ssc-1"),
        ("an229719_2013_12_05_sess.mat", SessionKey(animal="an229719", date="20131205"), "ssc-1"),
        ("an229719_2013_12_05b_sess.mat", SessionKey(animal="an229719", date="20131205", letter="b"), "ssc-2"),
        ("an171923_2012_06_04_Data_Struct.MAT", SessionKey(animal="an171923", date="20120604"), "ssc-2"),
    ],
)
def test_names_have_animal_date_and_data_set(name: str, key: SessionKey, dataset: str) -> None:
    assert key_from_path(Path("/data") / name) == key
    assert dataset_of(Path(name)) == dataset
    assert name.startswith(str(key))


@pytest.mark.parametrize(
    "name",
    [
        "session.mat", "an197522_session.mat", "an197522_2013_3_8_session.mat", "an197522_2013_03_08_session.txt",
        "x.txt",
        "an197522_2013_03_08_events.mat", "an197522_2013_03_08bcd_session.mat", "an197522_2013_03_08_b_session.mat",
        "an197522_2013_03_081_session.mat", "copy of an197522_2013_03_08_session.mat",
        "._an197522_2013_03_08_session.mat",
    ],
)  # fmt: skip
def test_names_that_say_nothing(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    with problem_raised() as found:
        find_session_files(tmp_path / name)
    assert (found[0].kind.identifier, found[0].file) == ("session-name-unknown", str(tmp_path / name))
    assert found[0].found == name


def test_sessions_in_subfolders_sorted_by_animal_and_date(tmp_path: Path) -> None:
    touch(
        tmp_path / f"b/{SECOND}_session.mat",
        tmp_path / f"a/deep/{FIRST}_session.mat",
        tmp_path / "a/an197522_2013_03_10_session.mat",
        tmp_path / "notes.mat",
    )
    found = find_session_files(tmp_path)
    assert [str(file.key) for file in found] == [FIRST, "an197522_2013_03_10", SECOND]


def test_folders_of_raw_files_are_not_searched(tmp_path: Path) -> None:
    touch(
        tmp_path / f"{FIRST}_session.mat",
        tmp_path / f"{FIRST}/fov_01002/fluo_batch_out/{SECOND}_session.mat",
        tmp_path / f"{FIRST}/whisker/{SECOND}_session.mat",
    )
    assert [str(file.key) for file in find_session_files(tmp_path)] == [FIRST]


def test_the_folder_of_raw_files(tmp_path: Path) -> None:
    beside = tmp_path / f"{FIRST}_session.mat"
    inside = tmp_path / SECOND / f"{SECOND}_session.mat"
    without = tmp_path / "an1_2013_01_01_session.mat"
    touch(beside, inside, without)
    (tmp_path / FIRST).mkdir()
    folders = {file.path: file.raw_folder for file in find_session_files(tmp_path)}
    assert folders == {beside: tmp_path / FIRST, inside: tmp_path / SECOND, without: None}


def test_a_file_given_alone(tmp_path: Path) -> None:
    path = tmp_path / f"{FIRST}_session.mat"
    touch(path, tmp_path / f"{SECOND}_session.mat")
    assert [file.path for file in find_session_files(path)] == [path]


def test_a_session_that_is_there_twice(tmp_path: Path) -> None:
    touch(tmp_path / f"a/{FIRST}_session.mat", tmp_path / f"b/{FIRST}_session.mat")
    with problem_raised() as found:
        find_session_files(tmp_path)
    assert found[0].kind.identifier == "session-found-twice"
    assert found[0].file == str(tmp_path / f"b/{FIRST}_session.mat")
    assert str(tmp_path / f"a/{FIRST}_session.mat") in (found[0].found or "")


def test_no_source_and_no_session(tmp_path: Path) -> None:
    with problem_raised() as found:
        find_session_files(tmp_path / "absent")
    assert (found[0].kind.identifier, found[0].file) == ("source-missing", str(tmp_path / "absent"))
    assert find_session_files(tmp_path) == ()
