"""Lists of checksums in the forms that downloads come with."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ssc_to_nwb.problems.model import ProblemLog, SscError
from ssc_to_nwb.source_files.checksums import check_files, find_checksums

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


FORMS = {
    "GNU": "{value}  a.mat",
    "GNU, binary": "{value} *a.mat",
    "capitals": "{upper}  ./a.mat",
    "below a folder that is not there": "{value}  ssc-1/a.mat",
    "an absolute path": "{value}  /data/ssc-1/a.mat",
    "BSD": "{name} (a.mat) = {value}",
    "OpenSSL": "{name}(a.mat)= {value}",
    "name first": "a.mat  {value}",
    "name first, binary": "*a.mat {value}",
    "name first, with a colon": "./a.mat: {upper}",
    "separated by commas": "{value},a.mat",
    "another case of the name": "{value}  A.MAT",
    "PowerShell table": "\nAlgorithm  Hash    Path\n---------  ----    ----\n{name} {upper}  C:\\data\\a.mat\n\n",
    "PowerShell list": "\n\nAlgorithm : {name}\nHash      : {upper}\nPath      : D:\\my data\\a.mat\n\n\n",
    "PowerShell list, wrapped": "Algorithm : {name}\nHash : {first}\n       {rest}\nPath : D:\\a\n       .mat",
    "PowerShell CSV": '#TYPE\n"Algorithm","Hash","Path"\n"{name}","{upper}","C:\\data\\a.mat"',
}


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_line_is_understood(folder: Path, algorithm: str, form: str) -> None:
    value = of(algorithm)
    upper = value.upper()
    text = FORMS[form].format(value=value, upper=upper, name=algorithm.upper(), first=upper[:20], rest=upper[20:])
    (folder / "checksums.txt").write_text(f"# made by hand\n\n{text}\n")
    log = ProblemLog()
    (checksum,) = find_checksums([folder], log=log)
    assert (checksum.path, checksum.algorithm, checksum.value) == (folder / "a.mat", algorithm, value)
    assert not log.problems
    check_files([checksum], workers=1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_texts_are_read_by_their_mark(folder: Path, encoding: str, end: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    lines = [f"{of('md5')}  a.mat", f"{of('sha1')} *s/b.tif", ""]
    (folder / "checksums.md5").write_bytes((mark + end.join(lines)).encode(encoding))
    log = ProblemLog()
    found = find_checksums([folder], log=log)
    assert [checksum.path for checksum in found] == [folder / "a.mat", folder / "s" / "b.tif"]
    assert not log.problems


def test_several_records_of_a_powershell_list(folder: Path) -> None:
    record = "Algorithm : MD5\nHash      : {value}\nPath      : C:\\x\\{name}\n\n"
    names = ("a.mat", "s\\b.tif")
    (folder / "md5.txt").write_text("".join(record.format(value=of("md5"), name=name) for name in names))
    assert len(find_checksums([folder], log=ProblemLog())) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see the web page\n", "no line that is understood"),
        ("", "no line that is understood"),
        ("{value}  a.mat\n{short}  s/b.tif\n", "1 line like a checksum, line 2 first: {short}  s/b.tif"),
        ("MD5  {value}\n", "1 line like a checksum, line 1 first: MD5  {value}"),
        ("MD5  {value}  C:\\a\\long\\...\n", "1 line like a checksum, line 1 first: MD5  {value}  C:\\a\\long\\..."),
        ("SHA256 (a.mat) = {value}\n", "1 line like a checksum, line 1 first: SHA256 (a.mat) = {value}"),
        ("{spaced}\n{spaced}\n", "2 lines like a checksum, line 1 first: {spaced}"),
    ],
)
def test_lists_and_lines_that_are_not_understood_are_named(folder: Path, text: str, found: str) -> None:
    value = of("md5")
    spaced = " ".join(value[i : i + 2] for i in range(0, 32, 2))
    words = {"value": value, "short": value[:-1], "spaced": spaced}
    (folder / "checksums.txt").write_text(text.format(**words))
    log = ProblemLog()
    find_checksums([folder], log=log)
    (problem,) = log.problems
    assert problem.kind.identifier == "checksum-list-not-understood"
    assert (problem.file, problem.found) == (str(folder / "checksums.txt"), found.format(**words)[:200])


def test_what_two_lists_say_of_a_file_is_checked_twice(folder: Path) -> None:
    (folder / "MD5SUMS").write_text(f"{'0' * 32}  a.mat\n")
    (folder / "md5.txt").write_text(f"{of('md5')}  a.mat\n")
    (folder / "sha1.txt").write_text(f"{of('sha1')}  a.mat\n")
    found = find_checksums([folder], log=ProblemLog())
    assert len(found) == 3
    with pytest.raises(SscError):
        check_files(found, workers=2)


def test_leftovers_of_systems_are_no_lists(folder: Path) -> None:
    (folder / "._checksums.md5").write_bytes(b"\0\5\x16\7")
    log = ProblemLog()
    assert not find_checksums([folder], log=log)
    assert not log.problems


@pytest.mark.parametrize(
    "name", ["checksums", "checksums.md5", "CHECKSUM.txt", "md5", "MD5SUMS", "md5sum.txt", "sha256sums", "ssc-1.md5"]
)
def test_lists_are_recognised_by_their_names(folder: Path, name: str) -> None:
    (folder / name).write_text(f"{of('md5')}  s/b.tif\n")
    assert [checksum.path for checksum in find_checksums([folder], log=ProblemLog())] == [folder / "s" / "b.tif"]


def test_a_nameless_value_is_about_the_file_it_is_named_after(folder: Path) -> None:
    (folder / "a.mat.md5").write_text(of("md5"))
    assert [checksum.path for checksum in find_checksums([folder], log=ProblemLog())] == [folder / "a.mat"]


def test_files_that_are_not_there_and_names_that_lead_out_are_passed_over(folder: Path) -> None:
    (folder.parent / "outside.mat").write_bytes(DATA)
    (folder / "MD5SUMS").write_text(f"{of('md5')}  gone.mat\n{of('md5')}  ../outside.mat\nno checksum\n")
    assert find_checksums([folder], log=ProblemLog()) == ()


def test_a_difference_names_the_file_and_both_values(folder: Path) -> None:
    (folder / "MD5SUMS").write_text(f"{of('md5')}  a.mat\n{'0' * 32}  s/b.tif\n")
    with pytest.raises(SscError) as caught:
        check_files(find_checksums([folder], log=ProblemLog()), workers=2)
    problem = caught.value.problem
    assert problem.kind.identifier == "checksum-differs"
    assert (problem.file, problem.found) == (str(folder / "s" / "b.tif"), of("md5"))
    assert "0" * 32 in str(problem.expected)
