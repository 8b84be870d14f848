"""Every command of the README is run, as it stands there but for paths and names, on a made-up data set.

Commands are taken out of the README, so that one that is added there is run here too, or fails. What is replaced in
them is listed in `Checkout`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import pytest
import yaml
from patience import PATIENCE_S

from ssc_to_nwb.cli.main import group
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

sys.path.append(str(Path(__file__).parent / "archive"))

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
_PROGRAMS = ("ssc-to-nwb", "python", "pip", "eval", "bash", "dandi", "git", "npm")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [match[2] for match in _BLOCK.finditer(text) if match[1] == language]


def commands(text: str) -> list[str]:
    """Every command of a Markdown text, once, in its order: the lines of bash blocks, and those inside a sentence."""
    found = [line.split(" #")[0] for block in blocks(text, "bash") for line in block.splitlines()]
    for words in re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text)):
        program, *arguments = words.split()
        if (program in _PROGRAMS and arguments) or re.match(r"scripts/\w+\.(py|sh)", program):
            found.append(words)
    tidied = (" ".join(line.split()) for line in found)
    return [line for line in dict.fromkeys(tidied) if line and not line.startswith("#")]


def options(text: str) -> set[str]:
    """Options that are named on their own inside a sentence: `--accept FILE`."""
    return {words.split()[0] for words in re.findall(r"`(--[^`\n]+)`", _BLOCK.sub("", text))}


@dataclass(frozen=True)
class Checkout:
    """A copy of the project to run commands in, with data beside it. `archive`: address of the archive."""

    root: Path
    source: Path
    output: Path
    archive: str
    environment: dict[str, str]

    @property
    def nwb(self) -> Path:
        """The NWB file."""
        return next(self.output.glob("sub-*/*.nwb"))

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the README through bash, with its words replaced."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.filled_in(command)],
            cwd=self.root, env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
        )  # fmt: skip
        if done.returncode and command.startswith("pip ") and "hatchling" in done.stderr:
            pytest.skip("the package registry can't be reached")
        assert done.returncode == 0, f"{self.filled_in(command)}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done

    def filled_in(self, command: str) -> str:
        """The command with paths, numbers and what must be added so that it can be run here."""
        for words, value in self._replaced().items():
            command = re.sub(rf"(?<![\w/.-]){re.escape(words)}(?!\w)", lambda _, value=value: value, command)
        if re.fullmatch(r"ssc-to-nwb [\w-]+|scripts/\w+\.py", command):  # the name of a command, not a call of it
            command += " --help"
        if command.startswith("scripts/") and ".py" in command:
            command = f"python {command}"
        added = next((words for start, words in self._added().items() if command.startswith(start)), "")
        return f"{command} {added}".strip()

    def _replaced(self) -> dict[str, str]:
        nwb = str(self.nwb) if self.output.is_dir() else "not-converted-yet"
        return {
            "/data/ssc-1-nwb": str(self.output),
            "/data/ssc-1": str(self.source),
            "SOURCE": str(self.source),
            "OUTPUT": str(self.output),
            "FILE...": nwb,
            "FILE": nwb,
            "DIR": "report",
            "--trial N": "--trial 2",
            "IDENTIFIER": "disk-full",
            "--kills 200": "--kills 2",
        }

    def _added(self) -> dict[str, str]:
        return {
            "ssc-to-nwb upload": f"--instance {self.archive}",
            # Into a folder of its own, with the packages that are here already.
            "pip install": f"--no-deps --target {self.root / 'installed'} --upgrade --no-cache-dir",
        }


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """A checkout in the environment the tests run in, and a data set converted by the README's own command."""
    from dandi_server import KEY, running_archive
    from dandischema.consts import DANDI_SCHEMA_VERSION

    place = tmp_path_factory.mktemp("readme")
    spec = SessionSpec(
        animal="an197522", date=date(2013, 3, 8), n_trials=4,
        subvolumes=(SubvolumeSpec(planes=(2, 3), rois_per_plane=3),), image_shape=(40, 56),
    )  # fmt: skip
    write_session(root=place / "ssc-1", spec=spec)
    with running_archive(schema_version=DANDI_SCHEMA_VERSION) as archive:
        made = Checkout(
            root=_copy_of_project(place / "checkout"),
            source=place / "ssc-1",
            output=place / "ssc-1-nwb",
            archive=archive.url,
            environment=_environment(home=place / "home", key=KEY),
        )
        made.run(next(command for command in commands(README) if command.startswith("ssc-to-nwb convert /")))
        yield made


def _copy_of_project(target: Path) -> Path:
    """The project with one test only; its `.venv`, which the scripts would make, is the environment of these tests."""
    target.mkdir()
    for name in ("ssc_to_nwb", "scripts", "metadata"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, target / name)
    (target / "tests").mkdir()
    (target / "tests" / "test_one.py").write_text("def test_one() -> None:\n    import ssc_to_nwb\n")
    (target / ".venv").mkdir()
    for one in Path(sys.prefix).iterdir():
        if one.name != "ready":
            (target / ".venv" / one.name).symlink_to(one)
    (target / ".venv" / "ready").write_text(f"{target}\n")
    return target


def _environment(*, home: Path, key: str) -> dict[str, str]:
    """The tests' own, with settings, caches and keys of nobody."""
    home.mkdir()
    homes = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    return {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        **dict.fromkeys(homes, str(home)),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DANDI_API_KEY": key,
        "DANDI_NO_ET": "1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def test_a_new_command_would_be_found() -> None:
    text = "Say `ssc-to-nwb frobnicate FILE`, or `scripts/new.py`.\n\n```bash\n# first\nnewtool --all  # works\n```\n"
    assert commands(text) == ["newtool --all", "ssc-to-nwb frobnicate FILE", "scripts/new.py"]
    assert options("`--new FILE`, and ``--old``") == {"--new", "--old"}


def test_options_in_the_text_exist() -> None:
    context = click.Context(group)
    subcommands = [group.get_command(context, name) for name in group.list_commands(context)]
    known = {name for one in subcommands if one is not None for option in one.params for name in option.opts}
    assert options(README) <= known


@pytest.mark.long
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not on this machine")
@pytest.mark.parametrize("command", commands(README))
def test_command(checkout: Checkout, command: str) -> None:
    done = checkout.run(command)
    assert "does not provide the extra" not in done.stderr
    if command.startswith("pip "):
        # Metadata and templates, which lie outside the modules, are in the wheel.
        for name in ("metadata/data/ssc-1.yaml", "report/templates/style.css", "py.typed"):
            assert (checkout.root / "installed" / "ssc_to_nwb" / name).is_file(), name
    if command == "scripts/demo.sh":
        report, _, *files = done.stdout.splitlines()[-4:]
        assert Path(report.removeprefix("Report: ")).is_file()
        assert [Path(file).suffix for file in files] == [".nwb", ".nwb"]
    if command == "scripts/test.sh":
        assert "1 passed" in done.stdout


@pytest.mark.long
@pytest.mark.parametrize("snippet", blocks(README, "python"))
def test_python(checkout: Checkout, snippet: str) -> None:
    program = checkout.root / "snippet.py"
    opens_a_file = "open_session(" in snippet
    text = snippet.replace("/data/ssc-1-nwb", str(checkout.output)).replace("/data/ssc-1", str(checkout.source))
    text = re.sub(r'"sub-an197522\S*\.nwb"', repr(str(checkout.nwb)), text)
    program.write_text(text + ("\nprint(hit.response)\n" if opens_a_file else ""))
    done = checkout.run("MPLBACKEND=agg python snippet.py")
    # It is done already.
    converted = ["an197522_2013_03_08", "skipped", str(checkout.nwb)]
    assert done.stdout.split() == (["hit"] if opens_a_file else converted)


@pytest.mark.long
@pytest.mark.parametrize("snippet", blocks(README, "yaml"))
def test_metadata(checkout: Checkout, snippet: str) -> None:
    from pynwb import read_nwb

    (checkout.root / "own.yaml").write_text(snippet)
    checkout.run("ssc-to-nwb convert /data/ssc-1 own --metadata own.yaml --raw skip")
    nwbfile = read_nwb(next((checkout.root / "own").glob("sub-*/*.nwb")))
    told = yaml.safe_load(snippet)["sessions"]["an197522_2013_03_08"]
    assert nwbfile.subject.weight == told["subject"]["weight"]
