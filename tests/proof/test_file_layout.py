"""Files of another layout: one message, instead of a thousand differences or a failure half-way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from file_layouts import set_layout
from made_sessions import Converted, problem_raised

from ssc_to_nwb import naming
from ssc_to_nwb.api.reporting import methods, plot_trial, report
from ssc_to_nwb.api.validation import validate
from ssc_to_nwb.api.verification import content_digest, verify_sessions
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.proof.file import verify_file
from ssc_to_nwb.session.context import load_context

OLDER = pytest.mark.parametrize("layout", [None, naming.FILE_LAYOUT - 1])
OLDER_FIRST = pytest.mark.parametrize("layout", [None, pytest.param(naming.FILE_LAYOUT - 1, marks=pytest.mark.long)])


@pytest.fixture(scope="module")
def small(convert_once: Callable[..., Converted]) -> Converted:
    """A session without imaging."""
    return convert_once(subvolumes=())


@pytest.fixture
def copy(small: Converted, tmp_path: Path) -> Path:
    """A converted file of its own, alone in its output folder."""
    target = tmp_path / "nwb" / small.path.parent.name / small.path.name
    target.parent.mkdir(parents=True)
    shutil.copyfile(small.path, target)
    return target


class TestVerify:
    """The comparison with the source."""

    @OLDER
    def test_an_older_file_gets_one_message_and_nothing_else(
        self, small: Converted, copy: Path, layout: int | None
    ) -> None:
        set_layout(copy, layout)
        (session,) = verify_sessions(source=small.made.root, output=copy.parent.parent).sessions
        assert session.report is None
        assert session.error is not None
        assert session.error.kind.identifier == "file-layout-older"
        assert session.error.found == "layout 1"
        assert "older layout" in session.error.kind.title
        assert "converted again" in session.error.kind.title

    def test_a_newer_file_asks_for_a_newer_program(self, small: Converted, copy: Path) -> None:
        set_layout(copy, naming.FILE_LAYOUT + 1)
        (session,) = verify_sessions(source=small.made.root, output=copy).sessions
        assert session.error is not None
        assert session.error.kind.identifier == "file-layout-newer"

    @OLDER
    def test_from_python_it_is_the_one_problem_of_the_report(
        self, small: Converted, copy: Path, layout: int | None
    ) -> None:
        set_layout(copy, layout)
        context = load_context(small.made.mat_path)
        found = verify_file(copy, context=context, raw=None, mode="full")
        assert [problem.kind.identifier for problem in found.problems] == ["file-layout-older"]

    def test_on_the_command_line_it_is_one_line(self, small: Converted, copy: Path) -> None:
        from click.testing import CliRunner

        set_layout(copy, None)
        result = CliRunner().invoke(group, ["verify", str(small.made.root), str(copy)])
        assert result.exit_code == 1
        assert result.output.count("older layout") == 1
        assert len(result.output.splitlines()) < 10

    def test_the_number_is_in_every_file(self, copy: Path) -> None:
        with h5py.File(copy) as file:
            table = file["/processing/source/provenance"]
            items = dict(zip(table["item"].asstr()[:], table["value"].asstr()[:], strict=True))
        assert items["file_layout"] == str(naming.FILE_LAYOUT) == "2"


class TestOtherCommands:
    """What else is done with a file."""

    @OLDER_FIRST
    def test_validate_leaves_out_its_own_checks_and_says_so_once(self, copy: Path, layout: int | None) -> None:
        set_layout(copy, layout)
        found = [message.identifier for message in validate(paths=[copy]).messages]
        assert found.count("layout-not-checked") == 1

    @pytest.mark.long
    def test_validate_says_nothing_of_it_about_a_file_of_this_layout(self, copy: Path) -> None:
        found = [message.identifier for message in validate(paths=[copy]).messages]
        assert "layout-not-checked" not in found

    def test_digest_reads_any_layout(self, copy: Path) -> None:
        set_layout(copy, None)
        assert len(content_digest(file=copy)) == 64

    @OLDER_FIRST
    @pytest.mark.parametrize("command", ["report", "methods", "plot-trial"])
    def test_what_reads_the_contents_says_that_they_are_elsewhere(
        self, copy: Path, tmp_path: Path, layout: int | None, command: str
    ) -> None:
        set_layout(copy, layout)
        with problem_raised() as problems:
            if command == "report":
                report(files=[copy], output=tmp_path / "report")
            elif command == "methods":
                methods(file=copy)
            else:
                plot_trial(file=copy, trial=2, output=tmp_path / "trial.png")
        assert problems[0].kind.identifier == "file-layout-older"
        assert problems[0].file == str(copy)
