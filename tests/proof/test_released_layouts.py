"""A finished file of each released layout is verified and restored, or refused in one line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner
from file_layouts import set_layout

from ssc_to_nwb import SscError, naming, restore
from ssc_to_nwb.api.verification import verify_sessions
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.matlab.leaves import walk_leaves
from ssc_to_nwb.matlab.mat_file import read_mat
from ssc_to_nwb.proof.file import verify_file
from ssc_to_nwb.session.context import load_context
from ssc_to_nwb.validate.one_file import contradiction_messages

FIXTURES = Path(__file__).parents[1] / "fixtures"
FOLDERS = sorted(FIXTURES.glob("layout_*"))
OF_NOW = FIXTURES / f"layout_{naming.FILE_LAYOUT}"


def unpacked(folder: Path, into: Path) -> tuple[Path, Path]:
    """The session file of a fixture, and its NWB file, as a conversion puts it below `into`."""
    (source,), (packed,) = folder.glob("*.mat"), folder.glob("*.nwb.gz")
    subject = packed.name.partition("_")[0]
    nwb = into / subject / packed.name.removesuffix(".gz")
    nwb.parent.mkdir(parents=True)
    nwb.write_bytes(gzip.decompress(packed.read_bytes()))
    return source, nwb


def test_every_layout_from_2_on_is_kept() -> None:
    """After a change of the layout: python scripts/keep_layout.py."""
    assert [folder.name for folder in FOLDERS] == [f"layout_{n}" for n in range(2, naming.FILE_LAYOUT + 1)]
    assert all(sum(path.stat().st_size for path in folder.iterdir()) < 300_000 for folder in FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_file_is_verified_and_restored_or_refused(folder: Path, tmp_path: Path) -> None:
    source, nwb = unpacked(folder, tmp_path / "nwb")
    report = verify_file(nwb, context=load_context(source), raw=None, mode="full")
    if folder != OF_NOW:
        assert [problem.kind.identifier for problem in report.problems] == ["file-layout-older"]
        return
    assert [str(problem) for problem in report.problems] == []
    assert list(contradiction_messages(nwb)) == []
    restore(file=nwb, output=tmp_path / "session.mat")
    ((name, before),), ((again, after),) = (read_mat(path).items() for path in (source, tmp_path / "session.mat"))
    assert again == name
    expected, found = dict(walk_leaves(before, name)), dict(walk_leaves(after, name))
    assert list(found) == list(expected)
    differing = [path for path, value in expected.items() if repr(found[path]) != repr(value)]
    # Times that are not whole come back within their rounding.
    assert [path for path in differing if not path.endswith(".time")] == []


@pytest.mark.parametrize("layout", [naming.FILE_LAYOUT + 1, pytest.param(99, marks=pytest.mark.long)])
def test_a_layout_that_is_not_known_is_refused_in_one_line(tmp_path: Path, layout: int) -> None:
    source, nwb = unpacked(OF_NOW, tmp_path / "nwb")
    set_layout(nwb, layout)
    (session,) = verify_sessions(source=source.parent, output=tmp_path / "nwb").sessions
    assert session.error is not None
    assert session.error.kind.identifier == "file-layout-newer"
    assert session.error.found == f"layout {layout}"
    with pytest.raises(SscError) as raised:
        restore(file=nwb, output=tmp_path / "session.mat")
    assert raised.value.problem.kind.identifier == "file-layout-newer"
    result = CliRunner().invoke(group, ["validate", str(nwb)])
    assert result.output.count("layout-not-checked") == 1
    assert "value-contradicts" not in result.output
