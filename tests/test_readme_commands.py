"""Every command of the README is run, as it is there but for paths and names, on a made-up data set.

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
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click
import pytest
import yaml
from patience import PATIENCE_S

from ssc_to_nwb.cli.main import group
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.spec import SessionSpec, SubvolumeSpec

sys.path.append(str(Path(__file__).parent / "dandi"))

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

    def run(self, command: str, *, as_it_is: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command of the README through bash, with its words replaced unless it is to run as it is."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command if as_it_is else self.filled_in(command)],
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
            "/data/first-look": str(self.output.with_name("first-look")),
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
    (target / "tests" / "test_one.py").write_text(
        "import pytest\n\n\ndef test_one() -> None:\n    import ssc_to_nwb\n\n\n"
        "@pytest.mark.long\ndef test_another() -> None:\n    import ssc_to_nwb\n"
    )
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
        *lines, page, picture = done.stdout.splitlines()
        assert lines[0].startswith("This makes two small synthetic sessions")
        assert len(lines) + 2 + len(done.stderr.splitlines()) <= 40
        assert [Path(file.strip()).name for file in (page, picture)] == ["index.html", "trial.png"]
        assert all(Path(file.strip()).is_file() for file in (page, picture))
    if command.startswith("scripts/test.sh"):
        assert "1 passed" in done.stdout


def subcommands_named(text: str) -> set[tuple[str, str]]:
    """Every `ssc-to-nwb NAME` of a text with each option that follows it in the same line or words."""
    found = set()
    for line in (one for one in commands(text) if one.startswith("ssc-to-nwb ")):
        name = line.split()[1]
        found |= {(name, ""), *((name, word) for word in re.findall(r"(?<= )--?[a-z][\w-]*", line))}
    return found


PAGES = sorted([*(ROOT / "docs").glob("*/*.md"), ROOT / "CONTRIBUTING.md"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_and_options_on_the_pages_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    context = click.Context(group)
    for name, option in subcommands_named(text):
        command = group.get_command(context, name)
        assert command is not None, f"{page.name}: ssc-to-nwb {name}"
        known = {"", "--help", *(one for parameter in command.params for one in parameter.opts)}
        assert option in known, f"{page.name}: ssc-to-nwb {name} {option}"


TUTORIAL = (ROOT / "docs" / "tutorial" / "first_session.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tutorial(checkout: Checkout) -> Checkout:
    """A folder in which the tutorial's commands were run, word for word; the package is installed already."""
    place = checkout.root / "tutorial"
    place.mkdir()
    here = replace(checkout, root=place)
    for command in (one for block in blocks(TUTORIAL, "bash") for one in block.splitlines()):
        if not command.startswith("pip "):
            here.run(command, as_it_is=True)
    return here


@pytest.mark.long
def test_the_tutorial_leads_to_a_plotted_trial(tutorial: Checkout) -> None:
    assert (tutorial.root / "trial.png").stat().st_size > 10_000
    assert (tutorial.root / "report" / "index.html").is_file()


@pytest.mark.long
@pytest.mark.parametrize("snippet", [*blocks(README, "python"), *blocks(TUTORIAL, "python")])
def test_python(checkout: Checkout, tutorial: Checkout, snippet: str) -> None:
    if "open_session(" in snippet:
        here, shown = tutorial, "hit"
        text = (
            f"{snippet}\nprint(hit.response)\nassert 'first_frame' not in globals() or first_frame.shape == (64, 96)\n"
        )
    else:
        # It is done already.
        here, shown = checkout, f"an197522_2013_03_08 skipped {checkout.nwb}"
        text = snippet.replace("/data/ssc-1-nwb", str(checkout.output)).replace("/data/ssc-1", str(checkout.source))
    (here.root / "snippet.py").write_text(text)
    assert here.run("MPLBACKEND=agg python snippet.py", as_it_is=True).stdout.strip() == shown


METADATA_PAGE = (ROOT / "docs" / "reference" / "metadata.md").read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize("snippet", blocks(METADATA_PAGE, "yaml"))
def test_metadata(checkout: Checkout, snippet: str) -> None:
    from pynwb import read_nwb

    (checkout.root / "own.yaml").write_text(snippet.replace("10.6080/...", "10.6080/K0TB14TN"))
    checkout.run("ssc-to-nwb convert /data/ssc-1 own --metadata own.yaml --raw skip")
    nwbfile = read_nwb(next((checkout.root / "own").glob("sub-*/*.nwb")))
    given = yaml.safe_load(snippet)
    assert nwbfile.subject.weight == given["sessions"]["an197522_2013_03_08"]["subject"]["weight"]
    assert nwbfile.subject.genotype == given["subjects"]["an197522"]["subject"]["genotype"]
    assert f"{nwbfile.session_start_time:%H:%M:%S}" == "15:45:46"
