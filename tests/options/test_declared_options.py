"""An option is declared once, and is then on the command line, in Python, in the plan and in what is written down."""

import ast
import inspect
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import click
import pytest
from click.testing import CliRunner
from made_sessions import problem_raised

import ssc_to_nwb
from ssc_to_nwb.cli.options import NamedPath, options_of
from ssc_to_nwb.cli.terminal import echo
from ssc_to_nwb.options.declare import argument, handed_on, kind_text, option, options, python_only, takes

ROOT = Path(ssc_to_nwb.__file__).parents[1]
FUNCTIONS = {name: one for name in ssc_to_nwb.__all__ if inspect.isfunction(one := getattr(ssc_to_nwb, name))}
# Adds an option in one place of a copy of the package, and looks for it in all others.
DECLARATION = '    marked: bool = option("Leave a mark.", default=False, recorded="file")\n'
USE = """
import inspect, json
from pathlib import Path
from click.testing import CliRunner
import ssc_to_nwb
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.reading.opened_session import open_nwb_session
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec

FUNCTIONS = (ssc_to_nwb.convert, ssc_to_nwb.plan)

def run(*arguments):
    return CliRunner().invoke(group, [*arguments], catch_exceptions=False).output

def main():
    spec = SessionSpec(animal="an900012", subvolumes=(), whisker_data=False)
    write_session(root=Path("source"), spec=spec, raw=False, videos=False)
    result = ssc_to_nwb.convert(source="source", output="nwb", marked=True, workers=1)
    with open_nwb_session(result.outputs[0]) as session:
        provenance = session.provenance["options"]
    print(json.dumps({
        "package": ssc_to_nwb.__file__,
        "help": ["--marked" in run(command, "--help") for command in ("convert", "plan")],
        "signatures": [str(inspect.signature(one).parameters["marked"]) for one in FUNCTIONS],
        "docstring": "marked : bool, default False\\n    Leave a mark.\\n" in ssc_to_nwb.convert.__doc__,
        "provenance": json.loads(provenance),
        "same": [one.action for one in ssc_to_nwb.plan(source="source", output="nwb", marked=True).sessions],
        "other": run("plan", "source", "nwb"),
    }))

if __name__ == "__main__":
    main()
"""


@options
class Wanted:
    """Options of every kind."""

    output: Path | str = argument("Where it goes.")
    size_mb: float | None = option("Size.", default=None, unset="2", at_least=0.5, at_most=4)
    how: Literal["fast", "small"] = option("How.", default="fast")
    patterns: Sequence[str] = option("Names.", default=(), flags=("-p", "--pattern"))
    extra: Path | str | None = option("More.", default=None, path="existing file")
    workers: int = option("Processes.", default=1, at_least=1, on_command_line=2)
    loud: bool = option("Say so.", default=False)
    on_file: Callable[[int], None] | None = python_only("Called with a number.", default=None)


@takes(Wanted)
def wanted(options: Wanted) -> Wanted:
    """Give back what is wanted.

    Returns
    -------
    Wanted
        All of it.
    """
    return options


@click.command()
@options_of(Wanted)
def command(output: Path, **options: Any) -> None:
    """Print what is wanted."""
    echo(repr(sorted([*options.items(), ("output", str(output))], key=str)))


def test_a_function_takes_the_fields_by_name() -> None:
    assert wanted(output="here", how="small") == Wanted(output="here", how="small")
    assert list(inspect.signature(wanted).parameters) == [
        "output", "size_mb", "how", "patterns", "extra", "workers", "loud", "on_file",
    ]  # fmt: skip
    with pytest.raises(TypeError, match=r"^wanted\(\) got an unexpected keyword argument 'hwo'"):
        wanted(output="here", hwo="small")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^wanted\(\) missing 1 required keyword-only argument: 'output'"):
        wanted()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^wanted\(\) takes keyword arguments only"):
        wanted("here")  # type: ignore[misc]


def test_the_docstring_names_them() -> None:
    assert inspect.getdoc(wanted) == inspect.cleandoc(
        """Give back what is wanted.

        Parameters
        ----------
        output : path or str
            Where it goes.
        size_mb : float, optional
            Size. None: 2.
        how : {"fast", "small"}, default "fast"
            How.
        patterns : sequence of str
            Names.
        extra : path or str, optional
            More.
        workers : int, default 1
            Processes.
        loud : bool, default False
            Say so.
        on_file : callable, optional
            Called with a number.

        Returns
        -------
        Wanted
            All of it."""
    )


def test_a_command_takes_them_with_their_types_and_bounds(tmp_path: Path) -> None:
    run = CliRunner()
    plain = run.invoke(command, ["here"]).output
    assert dict(ast.literal_eval(plain)) == {
        "output": "here", "size_mb": None, "how": "fast", "patterns": (), "extra": None, "workers": 2, "loud": False,
    }  # fmt: skip
    given = ["here", "--size-mb", "4", "--how", "small", "-p", "a", "--pattern", "b", "--workers", "3", "--loud"]
    assert dict(ast.literal_eval(run.invoke(command, given).output)) == {
        "output": "here", "size_mb": 4.0, "how": "small", "patterns": ("a", "b"), "extra": None, "workers": 3,
        "loud": True,
    }  # fmt: skip
    for wrong in (["--size-mb", "5"], ["--how", "other"], ["--workers", "0"], ["--extra", str(tmp_path / "none")]):
        assert run.invoke(command, ["here", *wrong]).exit_code == 2
    text = run.invoke(command, ["--help"]).output
    assert re.search(r"Size\.\s+\[default: 2\]", text) and "Names. May be repeated." in text
    assert "on-file" not in text


def test_an_option_that_is_needed_is_asked_for() -> None:
    @options
    class Named:
        title: str = option("Title.", flags=("-t", "--title"))
        seed: int | None = option("Seed.", default=None)

    given = click.command()(options_of(Named)(lambda **options: echo(repr(sorted(options.items())))))
    run = CliRunner()
    assert run.invoke(given, []).exit_code == 2
    assert ast.literal_eval(run.invoke(given, ["-t", "a", "--seed", "3"]).output) == [("seed", 3), ("title", "a")]


def test_what_another_class_has_too_is_handed_on() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Other:
        how: str
        size_mb: float
        workers: int = 3
        further: int = 5

    assert handed_on(Wanted(output="here", workers=7), Other, size_mb=2, how="small") == Other(
        how="fast", size_mb=2, workers=7, further=5
    )


def test_types_in_words() -> None:
    assert kind_text(Literal["5", "7.3"] | None) == '{"5", "7.3"}, optional'
    assert kind_text(Path | str | Sequence[Path | str]) == "path or str or sequence of path or str"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_keyword_only_and_named(name: str) -> None:
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    section = (inspect.getdoc(FUNCTIONS[name]) or "").partition("Parameters\n----------\n")[2]
    headings = re.findall(r"^(\w[^:\n]*)(?: : .*)?$", section, re.MULTILINE)
    assert {one.name for one in parameters} <= {word.strip() for line in headings for word in line.split(",")}


def test_a_new_option_is_declared_in_one_place(tmp_path: Path) -> None:
    # With what Python has compiled of it: the modules that stay as they are need not be compiled again.
    for part in ("ssc_to_nwb", "metadata"):
        shutil.copytree(ROOT / part, tmp_path / part)
    module = tmp_path / "ssc_to_nwb/options/conversion.py"
    text = module.read_text(encoding="utf-8")
    before = "    stub: bool = option("
    assert before in text
    module.write_text(text.replace(before, DECLARATION + before), encoding="utf-8")
    (tmp_path / "use.py").write_text(USE, encoding="utf-8")
    done = subprocess.run([sys.executable, "use.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["package"]).is_relative_to(tmp_path)
    assert found["help"] == [True, True]
    assert found["signatures"] == ["marked: bool = False"] * 2
    assert found["docstring"]
    assert found["provenance"] == {"keep_going": False, "marked": True, "raw": "auto", "stub": False}
    assert found["same"] == ["skip"]
    assert "option marked: True then, False now" in " ".join(found["other"].split())


@pytest.mark.parametrize("given", ["--out=~/nwb", "--out=~"])
def test_the_home_folder_is_meant_where_the_shell_left_its_sign(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @click.command()
    @click.option("--out", type=NamedPath())
    def command(out: Path) -> None:
        echo(out)

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    said = CliRunner().invoke(command, [given]).output.strip()
    assert said == given.removeprefix("--out=").replace("~", str(tmp_path))


def test_it_is_meant_in_python_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    given = wanted(output="~/nwb", extra=Path("~/more"), patterns=["~/a"])
    assert (given.output, given.extra, given.patterns) == (f"{tmp_path}/nwb", tmp_path / "more", ["~/a"])
    for call in (
        lambda: ssc_to_nwb.list_sessions(source="~/absent"),
        lambda: ssc_to_nwb.validate_files(paths=["~/absent"]),
        lambda: ssc_to_nwb.cells(files="~/absent"),
        lambda: ssc_to_nwb.open_session("~/absent"),
        lambda: ssc_to_nwb.content_digest(file="~/absent"),
        lambda: ssc_to_nwb.read_ledger(file=Path("~/absent")),
    ):
        with problem_raised() as found:
            call()
        assert found[0].file == f"{tmp_path}/absent"
