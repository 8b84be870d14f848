"""YAML files whose keys know their lines."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.metadata.yaml_lines import Lined, load_yaml
from ssc_to_nwb.problems.model import Problem


def load(folder: Path, text: str, name: str = "a.yaml") -> Lined:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_yaml(path)


def line(mapping: Lined, *key: str | int) -> int | None:
    place = mapping.place_of(key)
    return None if place is None else place.line


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    mapping = load(tmp_path, "# comment\nimaging:\n  channels:\n    green: {indicator: x}\nkeywords:\n- a\n- b\n")
    assert mapping.value == {"imaging": {"channels": {"green": {"indicator": "x"}}}, "keywords": ["a", "b"]}
    assert line(mapping, "imaging", "channels", "green") == 4
    assert line(mapping, "keywords", 1) == 7
    assert str(mapping.place_of(("keywords",))) == f"{tmp_path / 'a.yaml'}, line 5"


def test_a_key_that_is_in_no_file_has_the_place_of_the_nearest_above_it(tmp_path: Path) -> None:
    mapping = load(tmp_path, "a: 1\nimaging:\n  channels: {}\n")
    assert line(mapping, "imaging", "channels", "red") == 3
    assert line(mapping, "video") is None


def test_files_are_merged_key_by_key_and_lists_are_replaced(tmp_path: Path) -> None:
    below = load(tmp_path, "session: {lab: A, keywords: [x, y]}\nother: 1\n")
    above = load(tmp_path, "\nsession: {keywords: [z]}\n", name="b.yaml")
    merged = below.merged_with(above)
    assert merged.value == {"session": {"lab": "A", "keywords": ["z"]}, "other": "1"}
    assert str(merged.place_of(("session", "keywords"))) == f"{tmp_path / 'b.yaml'}, line 2"
    assert str(merged.place_of(("session", "lab"))) == f"{tmp_path / 'a.yaml'}, line 1"
    assert below.value["session"]["keywords"] == ["x", "y"], "merging changes neither of the two"


def test_items_of_a_list_that_was_replaced_have_no_place_any_more(tmp_path: Path) -> None:
    below = load(tmp_path, "imaging:\n  view:\n  - 600\n  - 600\n")
    merged = below.merged_with(load(tmp_path, "\n\n\n\n\n\nimaging: {view: [500]}\n", name="b.yaml"))
    assert (line(merged, "imaging", "view", 0), line(merged, "imaging", "view", 1)) == (7, 7)


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).value == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1, 2\n", 2),
        ("b: 1\na: b: c\n", 2),
        ("b: 1\n\ta: 1\n", 2),
        ("{a: 1", 1),
        ("a: *b\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
    ],
)
def test_what_is_no_yaml(tmp_path: Path, text: str, line: int) -> None:
    with problem_raised() as found:
        load(tmp_path, text)
    assert found[0].kind.identifier == "metadata-file-unreadable"
    assert (found[0].file or "").startswith(f"{tmp_path / 'a.yaml'}, line {line}, column ")
    assert found[0].found


def test_a_tab_is_named(tmp_path: Path) -> None:
    with problem_raised() as found:
        load(tmp_path, "session:\n\tlab: A\n")
    assert (found[0].expected, found[0].file) == ("spaces to indent", f"{tmp_path / 'a.yaml'}, line 2, column 1")


def test_a_control_character_has_its_line(tmp_path: Path) -> None:
    with problem_raised() as found:
        load(tmp_path, "session:\n  lab: A\x07\n")
    assert (found[0].found, found[0].file) == ("the control character U+0007", f"{tmp_path / 'a.yaml'}, line 2")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("15:45:46", "15:45:46"), ("094546", "094546"), ("10.60", "10.60"), ("no", "no"), ("2013-13-45", "2013-13-45"),
        ("0x10", "0x10"), ("'~'", "~"), ("~", None), ("null", None), ("", None), ("!!str null", "null"),
    ],
)  # fmt: skip
def test_a_value_is_the_text_that_the_file_has(tmp_path: Path, text: str, value: str | None) -> None:
    """YAML itself would make numbers, dates and truth values of the first of these."""
    assert load(tmp_path, f"a: {text}\n").value == {"a": value}


def test_keys_are_texts_as_well(tmp_path: Path) -> None:
    assert load(tmp_path, "imaging: {subvolume_depth_um: {08: 150, yes: 1}}\n").value == {
        "imaging": {"subvolume_depth_um": {"08": "150", "yes": "1"}}
    }


@pytest.mark.parametrize("key", ["? [a, b]\n  : 1", "? {a: b}\n  : 1"])
def test_a_list_or_a_mapping_is_no_key(tmp_path: Path, key: str) -> None:
    with problem_raised() as found:
        load(tmp_path, f"session:\n  {key}\n")
    assert (found[0].kind.identifier, found[0].field) == ("metadata-value-invalid", "session")
    assert found[0].file == f"{tmp_path / 'a.yaml'}, line 2"


@pytest.mark.parametrize(
    "value", ["!!python/object/apply:os.getcwd []", "!!binary aGk=", "!!set {a}", "!mine x", "!!int 5"]
)
def test_tags_are_refused_with_their_name(tmp_path: Path, value: str) -> None:
    with problem_raised() as found:
        load(tmp_path, f"session:\n  lab: {value}\n")
    assert (found[0].kind.identifier, found[0].field) == ("metadata-value-invalid", "session.lab")
    assert found[0].file == f"{tmp_path / 'a.yaml'}, line 2"
    assert value.split()[0] in (found[0].found or "")


class TestFilesThatWouldTakeAllMemory:
    def refused(self, folder: Path, text: str) -> Problem:
        """The problem of a file; reading it makes few values of any kind."""
        tracemalloc.start()
        try:
            with problem_raised() as found:
                load(folder, text)
            assert tracemalloc.get_traced_memory()[1] < 50e6
        finally:
            tracemalloc.stop()
        return found[0]

    @pytest.mark.parametrize("text", ["a: 1\nb: &x\n  c: *x\n", "a: 1\nb: &x\n  c: [1, [*x]]\n"])
    def test_a_mapping_that_holds_itself(self, tmp_path: Path, text: str) -> None:
        problem = self.refused(tmp_path, text)
        assert (problem.kind.identifier, problem.found) == (
            "metadata-file-unreadable",
            "an alias of what it is part of",
        )
        assert (problem.file or "").startswith(f"{tmp_path / 'a.yaml'}, line 3, column")

    def test_aliases_of_aliases(self, tmp_path: Path) -> None:
        """Nine lines that expand to a thousand million texts."""
        rows = [f"{name}: &{name} [{','.join([f'*{below}'] * 10)}]" for below, name in pairwise("abcdefghi")]
        problem = self.refused(tmp_path, "\n".join([f"a: &a [{','.join(['l'] * 10)}]", *rows]))
        assert problem.kind.identifier == "metadata-file-unreadable"
        assert problem.found == "more than 50,000 values, with what aliases repeat"
        assert (problem.file or "").startswith(f"{tmp_path / 'a.yaml'}, line 5, column")

    def test_a_chain_of_aliases(self, tmp_path: Path) -> None:
        rows = [f"k{number}: &k{number} [*k{number - 1}]" for number in range(1, 2000)]
        problem = self.refused(tmp_path, "\n".join(["k0: &k0 [x]", *rows]))
        assert (problem.kind.identifier, problem.found) == (
            "metadata-file-unreadable",
            "more than 20 levels of nesting",
        )

    @pytest.mark.parametrize(
        "text", ["[" * 400 + "]" * 400, "{a: " * 400, "- " * 400, pytest.param("[" * 500_000, marks=pytest.mark.long)]
    )
    def test_deep_nesting(self, tmp_path: Path, text: str) -> None:
        problem = self.refused(tmp_path, f"session:\n  {text}")
        assert (problem.kind.identifier, problem.found) == (
            "metadata-file-unreadable",
            "more than 20 levels of nesting",
        )
        assert (problem.file or "").startswith(f"{tmp_path / 'a.yaml'}, line 2")

    def test_a_file_far_too_large(self, tmp_path: Path) -> None:
        path = tmp_path / "a.yaml"
        with path.open("wb") as file:
            file.truncate(10**10)
        with problem_raised() as found:
            load_yaml(path)
        assert (found[0].kind.identifier, found[0].file) == ("metadata-file-unreadable", str(path))
        assert found[0].found == "10,000,000,000 bytes"


def test_an_alias_of_something_else_is_followed(tmp_path: Path) -> None:
    mapping = load(tmp_path, "a: &x {lab: A}\nb: *x\nc: [*x, *x]\n")
    assert mapping.value == {"a": {"lab": "A"}, "b": {"lab": "A"}, "c": [{"lab": "A"}, {"lab": "A"}]}


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
