"""YAML files whose keys know their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.metadata.yaml_lines import LinedMapping, load_yaml


def load(folder: Path, text: str, name: str = "a.yaml") -> LinedMapping:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_yaml(path)


def line(mapping: LinedMapping, *key: str | int) -> int | None:
    place = mapping.place(key)
    return None if place is None else place.line


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    mapping = load(tmp_path, "# comment\nimaging:\n  channels:\n    green: {indicator: x}\nkeywords:\n- a\n- b\n")
    assert mapping.values == {"imaging": {"channels": {"green": {"indicator": "x"}}}, "keywords": ["a", "b"]}
    assert line(mapping, "imaging", "channels", "green") == 4
    assert line(mapping, "keywords", 1) == 7
    assert str(mapping.place(("keywords",))) == f"{tmp_path / 'a.yaml'}, line 5"


def test_a_key_that_is_in_no_file_has_the_place_of_the_nearest_above_it(tmp_path: Path) -> None:
    mapping = load(tmp_path, "a: 1\nimaging:\n  channels: {}\n")
    assert line(mapping, "imaging", "channels", "red") == 3
    assert line(mapping, "video") is None


def test_files_are_merged_key_by_key_and_lists_are_replaced(tmp_path: Path) -> None:
    below = load(tmp_path, "session: {lab: A, keywords: [x, y]}\nother: 1\n")
    above = load(tmp_path, "\nsession: {keywords: [z]}\n", name="b.yaml")
    merged = below.merged_with(above)
    assert merged.values == {"session": {"lab": "A", "keywords": ["z"]}, "other": 1}
    assert str(merged.place(("session", "keywords"))) == f"{tmp_path / 'b.yaml'}, line 2"
    assert str(merged.place(("session", "lab"))) == f"{tmp_path / 'a.yaml'}, line 1"
    assert below.values["session"]["keywords"] == ["x", "y"], "merging changes neither of the two"


def test_items_of_a_list_that_was_replaced_have_no_place_any_more(tmp_path: Path) -> None:
    below = load(tmp_path, "imaging:\n  view:\n  - 600\n  - 600\n")
    merged = below.merged_with(load(tmp_path, "\n\n\n\n\n\nimaging: {view: [500]}\n", name="b.yaml"))
    assert (line(merged, "imaging", "view", 0), line(merged, "imaging", "view", 1)) == (7, 7)


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).values == {}


@pytest.mark.parametrize("text", ["a: [1, 2\n", "a: b: c\n", "\ta: 1\n", "a: 2013-13-45\n", "{a: 1"])
def test_what_is_no_yaml(tmp_path: Path, text: str) -> None:
    with problem_raised() as found:
        load(tmp_path, text)
    assert (found[0].kind.identifier, found[0].file) == ("metadata-file-unreadable", str(tmp_path / "a.yaml"))
    assert found[0].found


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"lab: \xff\xfe\n")
    with problem_raised() as found:
        load_yaml(tmp_path / "a.yaml")
    assert found[0].kind.identifier == "metadata-file-unreadable"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with problem_raised() as found:
        load_yaml(tmp_path / "absent.yaml")
    assert found[0].kind.identifier == "metadata-file-unreadable"


@pytest.mark.parametrize(("text", "form"), [("- a\n- b\n", "a list"), ("just a text\n", "a single value")])
def test_the_top_must_be_a_mapping(tmp_path: Path, text: str, form: str) -> None:
    with problem_raised() as found:
        load(tmp_path, text)
    assert (found[0].kind.identifier, found[0].expected) == ("metadata-value-invalid", "a mapping of sections")
    assert found[0].found == form


def test_a_key_given_twice_names_both_lines(tmp_path: Path) -> None:
    with problem_raised() as found:
        load(tmp_path, "session:\n  lab: A\n  institution: B\n  lab: C\n")
    assert (found[0].kind.identifier, found[0].field) == ("metadata-value-invalid", "session.lab")
    assert found[0].file == f"{tmp_path / 'a.yaml'}, line 4"
    assert found[0].found == "also in line 2"
