"""The command: help that loads nothing, subcommands by name, exit status."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

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

    def test_version(self) -> None:
        assert CliRunner().invoke(group, ["--version"]).output.strip() == f"ssc-to-nwb, version {version}"


class TestWrongUsage:
    def test_a_command_with_a_typo(self) -> None:
        result = CliRunner().invoke(group, ["convrt", "a", "b"])
        assert result.exit_code == 2
        assert "Did you mean 'convert'?" in result.output

    @pytest.mark.parametrize(
        "arguments",
        [["frobnicate"], ["convert"], ["convert", "a"], ["sessions"], ["convert", "a", "b", "--raww", "skip"]],
    )
    def test_status_2(self, arguments: list[str]) -> None:
        assert CliRunner().invoke(group, arguments).exit_code == 2


class TestProblems:
    def test_an_error_is_printed_not_traced(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(group, ["sessions", str(tmp_path / "absent")])
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "The source does not exist [source-missing]" in result.stderr
        assert f"file: {tmp_path / 'absent'}" in result.stderr
        assert "what to do: Check the path." in result.stderr
        assert "Traceback" not in result.output

    @pytest.mark.parametrize("command", [["sessions"], ["convert"]])
    def test_with_json_it_is_json(self, tmp_path: Path, command: list[str]) -> None:
        output = [] if command == ["sessions"] else [str(tmp_path / "nwb")]
        result = CliRunner().invoke(group, [*command, str(tmp_path / "absent"), *output, "--json"])
        assert result.exit_code == 1
        reported = json.loads(result.stdout)
        assert (reported["ok"], reported["error"]["identifier"]) == (False, "source-missing")
        assert reported["error"]["file"] == str(tmp_path / "absent")

    def test_the_installed_command_is_this_one(self, tmp_path: Path) -> None:
        script = (
            "import sys; from ssc_to_nwb.cli.main import main; sys.argv = ['ssc-to-nwb', 'sessions', 'absent']; main()"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 1
        assert "[source-missing]" in done.stderr
