"""`extends` in a user's metadata file: on what it is laid."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import problem_raised

from ssc_to_nwb.metadata.loader import load_metadata, packaged_names, read_metadata_files
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.metadata.text_file import metadata_folder
from ssc_to_nwb.problems.model import Problem


def load(*files: Path, dataset: str = "ssc-1") -> Metadata:
    return load_metadata(dataset=dataset, session="an197522_2013_03_08", subject="an197522", files=files)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(*files: Path) -> Problem:
    with problem_raised() as found:
        load(*files)
    return found[0]


@pytest.mark.parametrize("name", packaged_names())
@pytest.mark.parametrize("dataset", packaged_names())
def test_a_copy_of_a_packaged_file_is_a_users_file(tmp_path: Path, name: str, dataset: str) -> None:
    copy = write(tmp_path / "mine.yaml", (metadata_folder() / f"{name}.yaml").read_text(encoding="utf-8"))
    assert load(copy, dataset=dataset).dataset == load(dataset=name).dataset
    assert load(copy, dataset=name) == load(dataset=name)


def test_a_path_is_taken_from_the_file_that_names_it(tmp_path: Path) -> None:
    write(tmp_path / "lab.yaml", "session: {lab: First, institution: First}\n")
    write(tmp_path / "animals" / "below.yaml", "extends: ../lab.yaml\nsession: {institution: Second}\n")
    mine = write(tmp_path / "animals" / "mine.yaml", "extends: below.yaml\nsubject: {weight: 21 g}\n")
    metadata = load(mine)
    assert (metadata.session.lab, metadata.session.institution, metadata.subject.weight) == ("First", "Second", "21 g")
    files = read_metadata_files(dataset="ssc-1", files=[mine])
    assert [path.name for path in files.own_paths] == ["lab.yaml", "below.yaml", "mine.yaml"]
    assert files.paths[0] == metadata_folder() / "ssc-1.yaml"


def test_a_file_extended_by_two_is_laid_once(tmp_path: Path) -> None:
    write(tmp_path / "lab.yaml", "session: {lab: First}\n")
    one = write(tmp_path / "one.yaml", "extends: lab.yaml\nsession: {lab: Second}\n")
    two = write(tmp_path / "two.yaml", "extends: ./lab.yaml\nsubject: {weight: 21 g}\n")
    assert load(one, two).session.lab == "Second"
    assert len(read_metadata_files(dataset="ssc-1", files=[one, two]).paths) == 4


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_circle_is_refused_and_shown(tmp_path: Path, names: list[str]) -> None:
    for name, below in zip(names, [*names[1:], names[0]], strict=True):
        write(tmp_path / f"{name}.yaml", f"session: {{lab: A}}\nextends: {below}.yaml\n")
    problem = refused(tmp_path / "a.yaml")
    assert (problem.kind.identifier, problem.field) == ("metadata-value-invalid", "extends")
    assert problem.found == " extends ".join(f"{name}.yaml" for name in [*names, "a"])
    assert problem.file == f"{tmp_path / names[-1]}.yaml, line 2"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ssc-3", "'ssc-3', and there is no "),
        ("lab.yaml", "'lab.yaml', and there is no "),
        ("[ssc-1]", "['ssc-1']"),
        ("''", "''"),
    ],
)
def test_what_cannot_be_extended_names_the_packaged_files(tmp_path: Path, value: str, found: str) -> None:
    problem = refused(write(tmp_path / "mine.yaml", f"\nextends: {value}\n"))
    assert (problem.kind.identifier, problem.field) == ("metadata-value-invalid", "extends")
    assert (problem.expected or "").startswith("ssc-1, ssc-2, or the path")
    assert found in (problem.found or "")
    assert problem.file == f"{tmp_path / 'mine.yaml'}, line 2"


def test_a_typo_has_extends_among_the_keys(tmp_path: Path) -> None:
    problem = refused(write(tmp_path / "mine.yaml", "extend: ssc-1\n"))
    assert problem.expected == "extends (did you mean that?)"
