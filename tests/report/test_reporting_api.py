"""The functions and commands for looking at files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_sessions import Converted, problem_raised

from ssc_to_nwb.api import reporting, rois
from ssc_to_nwb.cli.main import group


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(group, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_report(bare_file: Path, tmp_path: Path) -> None:
    result = reporting.report(files=[bare_file.parent], output=tmp_path / "pages")
    assert result.index.is_file()
    assert result.as_dict() == {
        "index": str(result.index),
        "pages": [str(tmp_path / "pages" / "bare.html")],
        "problems": [],
    }


def test_the_report_command_prints_the_pages(bare_file: Path, tmp_path: Path) -> None:
    printed = _run("report", bare_file, "-o", tmp_path / "pages").split()
    assert [Path(line).name for line in printed] == ["bare.html", "index.html"]
    assert json.loads(_run("report", bare_file, "-o", tmp_path / "pages", "--json"))["pages"] == printed[:1]
    assert _run("report", bare_file, "-o", tmp_path / "pages", "-q") == ""


def test_plot_trial_command(converted_small_raw: Converted, tmp_path: Path) -> None:
    roi = int(converted_small_raw.made.subvolumes[0].ids[1])
    out = tmp_path / "trial.svg"
    assert _run("plot-trial", converted_small_raw.path, "--trial", 2, "--roi", roi, "-o", out).strip() == str(out)
    assert f">{roi}</text>" in out.read_text()


@pytest.fixture
def small(convert_once: Callable[..., Converted]) -> Converted:
    """A session without imaging and whisker data."""
    return convert_once(subvolumes=(), whisker_data=False)


def test_methods_command(small: Converted, tmp_path: Path) -> None:
    printed = _run("methods", small.path)
    found = reporting.methods_of(file=small.path)
    text, _, references = printed.partition("@misc")
    assert text.split() == found.text.split()
    assert f"@misc{references}" == f"{found.bibliography}\n"
    assert max(len(line) for line in text.splitlines()) <= 80
    assert _run("methods", small.path.parent, "-o", tmp_path / "methods.txt").strip() == str(tmp_path / "methods.txt")
    assert (tmp_path / "methods.txt").read_text(encoding="utf-8") == printed
    read = json.loads(_run("methods", small.path, "--json"))
    assert (read["ok"], read["text"]) == (True, found.text) == (True, reporting.methods(file=small.path))


@pytest.mark.long
def test_responses_to_events_that_never_happened_are_drawn(converted_awkward: Converted, tmp_path: Path) -> None:
    """One of its planes was imaged at no touch, and no whisking without touch is in it."""
    [found] = rois.responses(files=converted_awkward.path, figure=tmp_path / "figure.svg").sessions
    assert found.events["whisking"].tested == 0
    assert "time from whisking (s)" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["report", "plot-trial", "methods"])
def test_help_has_examples(name: str) -> None:
    assert f"ssc-to-nwb {name}" in _run(name, "--help").split("Example", maxsplit=1)[1]


def test_problems_of_the_system_are_named(bare_file: Path, small: Converted, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")
    for ask in (
        lambda: reporting.report(files=[bare_file], output=tmp_path / "taken" / "pages"),
        lambda: reporting.plot_trial(file=small.path, trial=2, output=tmp_path / "taken" / "trial.png"),
    ):
        with problem_raised() as found:
            ask()
        assert found[0].kind.identifier == "output-not-writable"
