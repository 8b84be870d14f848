"""Names of files that macOS and Windows leave beside data."""

from __future__ import annotations

import pytest

from ssc_to_nwb.system_files import is_system_name, is_system_path


@pytest.mark.parametrize(
    "name", ["._a_session.mat", "._x.nwb", ".DS_Store", "__MACOSX", "Thumbs.db", "THUMBS.DB", "desktop.ini", "Icon\r"]
)
def test_what_the_system_left_is_known_by_its_name(name: str) -> None:
    assert is_system_name(name)


@pytest.mark.parametrize("name", ["a_session.mat", ".hidden", "_.mp4", "thumbs.dbx", "x._y", "macosx", ".nwb"])
def test_other_names_are_not_taken_for_it(name: str) -> None:
    assert not is_system_name(name)


def test_all_that_lies_in_a_folder_of_the_system_is_its_own() -> None:
    assert is_system_path(("__MACOSX", "an1_2013_03_08", "a.mp4"))
    assert not is_system_path(("an1_2013_03_08", "a.mp4"))
