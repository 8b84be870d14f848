"""Lists of checksums in the forms that downloads come with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.source.checksums import check_files, find_checksums

DATA = b"the data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, one of them in a folder."""
    (tmp_path / "s").mkdir()
    (tmp_path / "a.mat").write_bytes(DATA)
    (tmp_path / "s" / "b.tif").write_bytes(DATA)
    return tmp_path


def of(algorithm: str) -> str:
    """The checksum of DATA."""
    return hashlib.new(algorithm, DATA).hexdigest()


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize(
    "form", ["{value}  a.mat", "{value} *a.mat", "{upper}  ./a.mat", "{name} (a.mat) = {value}", "{value}  ssc-1/a.mat"]
)
def test_every_form_of_a_line_is_understood(folder: Path, algorithm: str, form: str) -> None:
    value = of(algorithm)
    line = form.format(value=value, upper=value.upper(), name=algorithm.upper())
    (folder / "checksums.txt").write_text(f"# made by hand\n\n{line}\n")
    (found,) = find_checksums([folder]).values()
    assert (found.path, found.algorithm, found.value) == (folder / "a.mat", algorithm, value)
    check_files([found], workers=1)


@pytest.mark.parametrize(
    "name", ["checksums", "checksums.md5", "CHECKSUM.txt", "md5", "MD5SUMS", "md5sum.txt", "sha256sums", "ssc-1.md5"]
)
def test_lists_are_told_by_their_names(folder: Path, name: str) -> None:
    (folder / name).write_text(f"{of('md5')}  s/b.tif\n")
    assert list(find_checksums([folder])) == [folder / "s" / "b.tif"]


def test_a_nameless_value_is_about_the_file_it_is_named_after(folder: Path) -> None:
    (folder / "a.mat.md5").write_text(of("md5"))
    assert list(find_checksums([folder])) == [folder / "a.mat"]


def test_files_that_are_not_there_and_names_that_lead_out_are_passed_over(folder: Path) -> None:
    (folder.parent / "outside.mat").write_bytes(DATA)
    (folder / "MD5SUMS").write_text(f"{of('md5')}  gone.mat\n{of('md5')}  ../outside.mat\nno checksum\n")
    assert find_checksums([folder]) == {}


def test_a_difference_names_the_file_and_both_values(folder: Path) -> None:
    (folder / "MD5SUMS").write_text(f"{of('md5')}  a.mat\n{'0' * 32}  s/b.tif\n")
    with pytest.raises(SscError) as caught:
        check_files(find_checksums([folder]).values(), workers=2)
    problem = caught.value.problem
    assert problem.kind.identifier == "checksum-differs"
    assert (problem.file, problem.found) == (str(folder / "s" / "b.tif"), of("md5"))
    assert "0" * 32 in str(problem.expected)
