"""The command: help that loads nothing, subcommands by name, exit status."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ssc_to_nwb import process_start
from ssc_to_nwb.__main__ import main as entry_point
from ssc_to_nwb._version import __version__ as version
from ssc_to_nwb.cli.main import group

HEAVY = (
    "pynwb", "hdmf", "neuroconv", "roiextractors", "nwbinspector", "dandi", "scipy", "h5py", "pandas", "matplotlib",
    "av", "tifffile", "pydantic", "yaml", "rich", "numpy",
)  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Which of the heavy packages a fresh Python has loaded after running `code`."""
    script = f"import sys\n{code}\nprint('loaded', *[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def subcommands() -> list[str]:
    return group.list_commands(None)


class TestLoading:
    """Seconds of imports are what makes a command line feel slow."""

    def test_importing_the_package_loads_nothing_heavy(self) -> None:
        assert loaded_by("import ssc_to_nwb") == set()

    def test_help_loads_nothing_heavy(self) -> None:
        call = "from click.testing import CliRunner\nfrom ssc_to_nwb.cli.main import group\n"
        assert loaded_by(f"{call}assert CliRunner().invoke(group, ['--help']).exit_code == 0") == set()

    def test_nor_does_the_help_of_any_subcommand(self) -> None:
        code = "from click.testing import CliRunner\nfrom ssc_to_nwb.cli.main import group\n"
        for name in subcommands():
            code += f"assert CliRunner().invoke(group, [{name!r}, '--help']).exit_code == 0\n"
        assert loaded_by(code) == set()

    def test_sessions_does_not_load_pynwb(self, tmp_path: Path) -> None:
        from made_sessions import write

        write(tmp_path)
        call = "from click.testing import CliRunner\nfrom ssc_to_nwb.cli.main import group\n"
        loaded = loaded_by(f"{call}assert CliRunner().invoke(group, ['sessions', {str(tmp_path)!r}]).exit_code == 0")
        assert not loaded & {"pynwb", "hdmf", "neuroconv", "roiextractors", "nwbinspector", "dandi", "matplotlib"}


class TestHelp:
    @pytest.mark.parametrize("flag", ["-h", "--help"])
    def test_lists_every_command_and_the_exit_status(self, flag: str) -> None:
        result = CliRunner().invoke(group, [flag])
        assert result.exit_code == 0
        for name in subcommands():
            assert re.search(rf"^  {name}  ", result.output, re.MULTILINE)
        assert "Exit status: 0 everything is done; 1 something failed" in " ".join(result.output.split())

    @pytest.mark.parametrize("name", subcommands())
    def test_every_command_explains_itself(self, name: str) -> None:
        result = CliRunner().invoke(group, [name, "--help"])
        assert result.exit_code == 0
        assert f"Usage: group {name}" in result.output or f"Usage: root {name}" in result.output
        assert "--help" in result.output

    @pytest.mark.parametrize("name", subcommands())
    def test_examples_and_options_fit_80_columns(self, name: str) -> None:
        result = CliRunner().invoke(group, [name, "--help"], terminal_width=80)
        assert [line for line in result.output.splitlines() if len(line) > 80] == []

    @pytest.mark.parametrize("name", subcommands())
    def test_every_command_speaks_json(self, name: str) -> None:
        command = group.get_command(None, name)
        assert "--json" in {option for parameter in command.params for option in parameter.opts}

    @pytest.mark.parametrize("name", subcommands())
    def test_what_writes_takes_o(self, name: str) -> None:
        options = [parameter.opts for parameter in group.get_command(None, name).params]
        assert all("-o" in names for names in options if "--output" in names)
        if name in ("convert", "plan", "demo", "restore", "export-zarr", "report", "plot-trial", "cells", "validate"):
            assert any("--output" in names for names in options)

    @pytest.mark.parametrize("flag", ["-V", "--version"])
    def test_version(self, flag: str) -> None:
        assert CliRunner().invoke(group, [flag]).output.strip() == f"ssc-to-nwb, version {version}"


WRONG = [
    ["frobnicate"],
    ["convert"],
    ["convert", "a"],
    ["sessions"],
    ["convert", "a", "b", "--raww", "skip"],
    ["convert", "a", "b", "--raw", "a value that nobody can mean, of many words, so that they need two lines"],
    ["convert", "a", "b", "--chunk-mb", "1000"],
    ["explain", "tif-trunc"],
    ["sessions", "a", "--metadata", "there-is-no-such-file-below-the-folder-of-the-tests.yaml"],
]


class TestWrongUsage:
    def test_a_command_with_a_typo(self) -> None:
        result = CliRunner().invoke(group, ["convrt", "a", "b"])
        assert result.exit_code == 2
        assert "Did you mean 'convert'?" in result.output

    @pytest.mark.parametrize("name", ["-an1_session.mat", "--session.mat"])
    def test_a_file_whose_name_looks_like_an_option(self, name: str) -> None:
        result = CliRunner().invoke(group, ["describe", name])
        assert result.exit_code == 2
        assert f"For the file {name}, write ./{name}" in result.stderr

    def test_one_without_an_ending_where_it_is_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("-data").mkdir()
        assert "For the file -data, write ./-data" in CliRunner().invoke(group, ["sessions", "-data"]).stderr
        assert "For the file" not in CliRunner().invoke(group, ["sessions", "-other", "--to=a.mat"]).stderr

    @pytest.mark.parametrize("arguments", WRONG)
    def test_the_explanation_fits_80_columns(self, arguments: list[str]) -> None:
        result = CliRunner().invoke(group, arguments)
        assert [line for line in result.stderr.splitlines() if len(line) > 80] == []
        assert "\nError: " in f"\n{result.stderr}"

    @pytest.mark.parametrize("arguments", WRONG)
    def test_status_2(self, arguments: list[str]) -> None:
        assert CliRunner().invoke(group, arguments).exit_code == 2

    def test_for_programs_that_call_it_the_result_comes_back_and_what_is_wrong_is_raised(self) -> None:
        assert group.main(["--help"], standalone_mode=False) == 0
        with pytest.raises(click.UsageError, match="No such command"):
            group.main(["convertt"], standalone_mode=False)


class TestLoadingAhead:
    """What converts in processes of this machine begins to load before the options are read."""

    @pytest.mark.parametrize(
        ("options", "begins"), [([], True), (["--dry-run"], False), (["--dask", ""], False), (["--help"], False)]
    )
    def test_only_where_it_is_needed(self, options: list[str], begins: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        begun: list[tuple[Path, Path]] = []
        monkeypatch.setattr(process_start, "load_ahead", lambda *places: begun.append(places))
        monkeypatch.setattr("ssc_to_nwb.cli.main.main", lambda: None)
        monkeypatch.setattr(sys, "argv", ["ssc-to-nwb", "convert", "source", "nwb", *options])
        entry_point()
        assert begun == [(Path("source"), Path("nwb"))] * begins

    def test_not_for_an_output_that_comes_with_an_option(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(process_start, "load_ahead", lambda *_: pytest.fail("-o is no folder"))
        monkeypatch.setattr("ssc_to_nwb.cli.main.main", lambda: None)
        monkeypatch.setattr(sys, "argv", ["ssc-to-nwb", "convert", "source", "-o", "nwb"])
        entry_point()


class TestProblems:
    def test_an_error_is_printed_not_traced(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(group, ["sessions", str(tmp_path / "absent")])
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "The source does not exist [source-missing]" in result.stderr
        assert f"file: {tmp_path / 'absent'}" in result.stderr
        assert "what to do: Check the path." in result.stderr
        assert "Traceback" not in result.output

    @pytest.mark.parametrize("command", ["sessions", "ledger", "validate", "digest", "cells"])
    def test_a_path_that_the_system_refuses_is_named(self, command: str) -> None:
        result = CliRunner().invoke(group, [command, "x" * 300])
        assert result.exit_code == 1
        assert "The operating system refused a file operation [system-refused]" in result.stderr
        assert f"{'x' * 300}\n  found: File name too long" in result.stderr

    @pytest.mark.parametrize("command", [["sessions"], ["convert"]])
    def test_with_json_it_is_json(self, tmp_path: Path, command: list[str]) -> None:
        output = [] if command == ["sessions"] else [str(tmp_path / "nwb")]
        result = CliRunner().invoke(group, [*command, str(tmp_path / "absent"), *output, "--json"])
        assert result.exit_code == 1
        reported = json.loads(result.stdout)
        assert (reported["ok"], reported["problems"][0]["identifier"]) == (False, "source-missing")
        assert reported["problems"][0]["file"] == str(tmp_path / "absent")

    def test_the_installed_command_is_this_one(self, tmp_path: Path) -> None:
        script = (
            "import sys; from ssc_to_nwb.cli.main import main; sys.argv = ['ssc-to-nwb', 'sessions', 'absent']; main()"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 1
        assert "[source-missing]" in done.stderr


class TestOutputOption:
    def test_as_an_option_and_as_an_argument_it_is_the_same(self, tmp_path: Path) -> None:
        for place in ([str(tmp_path / "nwb")], ["-o", str(tmp_path / "nwb")]):
            result = CliRunner().invoke(group, ["convert", str(tmp_path / "absent"), *place])
            assert "[source-missing]" in result.stderr

    @pytest.mark.parametrize("places", [[], ["nwb", "-o", "other"]])
    def test_exactly_one(self, tmp_path: Path, places: list[str]) -> None:
        result = CliRunner().invoke(group, ["convert", str(tmp_path), *places])
        assert result.exit_code == 2
        assert "Give one OUTPUT" in result.stderr


class TestSignals:
    def test_python_m(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "ssc_to_nwb", "--version"], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == f"ssc-to-nwb, version {version}"

    @pytest.mark.skipif(sys.platform == "win32", reason="signals")
    @pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    @pytest.mark.parametrize("name", ["sessions", "digest", "methods"])
    def test_status_after_a_signal(self, name: str, number: int, status: int, tmp_path: Path) -> None:
        """Whatever the command is doing: here it waits in the function that it calls first."""
        target = {"sessions": "cli.sources.list_sessions", "digest": "cli.content.files_for_digest",
                  "methods": "reading.nwb_files.one_session_file"}[name]  # fmt: skip
        module, _, function = f"ssc_to_nwb.{target}".rpartition(".")
        code = (
            f"import os, time, importlib\nmodule = importlib.import_module({module!r})\n"
            f"def wait(*_, **__):\n    os.kill(os.getpid(), {int(number)})\n    time.sleep(60)\n"
            f"module.{function} = wait\nfrom ssc_to_nwb.cli.main import group\n"
            f"group.main([{name!r}, {str(tmp_path)!r}])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.strip()) == (status, "interrupted")
