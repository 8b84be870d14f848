"""The scripts that set up an environment: which Python they take, what uv is given, what they say where it fails."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not on this machine")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the scripts alone, and a folder `bin` of programs."""
    place = tmp_path / "checkout"
    shutil.copytree(ROOT / "scripts", place / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", place / "pyproject.toml")
    (place / "bin").mkdir()
    for name in ("bash", "env", "dirname", "basename", "cat", "mkdir"):
        (place / "bin" / name).symlink_to(shutil.which(name) or name)
    return place


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/usr/bin/env bash\n{text}\n")
    path.chmod(0o755)
    return path


def python_like(path: Path, version: str) -> Path:
    """This Python under another name, which says that it is of another version."""
    site = path.parent / f"{path.name}-says"
    site.mkdir(parents=True)
    numbers = ", ".join(version.split("."))
    (site / "sitecustomize.py").write_text(
        f"import sys\nsys.version_info = ({numbers}, 0, 'final', 0)\nsys.executable = {str(path)!r}\n"
    )
    return program(path, f'PYTHONPATH={site} exec {sys.executable} "$@"')


UV = """
echo "$@" >> "$root/uv-calls"
env > "$root/uv-environment"
case "$1" in
    --version) ;;
    python) exit 2 ;;
    venv) mkdir -p "${!#}/bin"; echo "#!/usr/bin/env bash" > "${!#}/bin/python"; /bin/chmod 755 "${!#}/bin/python" ;;
esac
"""


@pytest.fixture
def call(checkout: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs bash with the script sourced, with no program but those in `bin`, and no settings of anybody."""

    def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", f"set -euo pipefail; source scripts/environment.sh; export root; {code}"],
            cwd=checkout,
            env={"PATH": str(checkout / "bin"), "HOME": str(checkout / "home"), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


class TestWhichPython:
    def test_the_versions_are_those_of_the_project(self, call: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        versions = sorted(call('echo "${supported_pythons[@]}"').stdout.split())
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        named = [one.rpartition(" ")[2] for one in project["project"]["classifiers"] if ":: 3." in one]
        assert named == versions == ["3.11", "3.12", "3.13"]
        assert project["project"]["requires-python"] == ">=3.11,<3.14"
        assert project["tool"]["ruff"]["target-version"] == "py311"
        assert project["tool"]["mypy"]["python_version"] == "3.11"
        assert "Python 3.11 to 3.13" in (ROOT / "README.md").read_text(encoding="utf-8")

    def test_python3_where_it_is_supported(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python_like(checkout / "bin" / "python3", "3.12")
        python_like(checkout / "bin" / "python3.13", "3.13")
        assert call("find_python").stdout.strip() == str(checkout / "bin" / "python3")

    @pytest.mark.parametrize("version", ["3.10", "3.14"])
    def test_another_than_python3_where_that_is_not(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]], version: str
    ) -> None:
        python_like(checkout / "bin" / "python3", version)
        python_like(checkout / "bin" / "python3.12", "3.12")
        assert call("find_python").stdout.strip() == str(checkout / "bin" / "python3.12")

    def test_a_shim_that_fails_to_run_is_passed_over(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        for name in ("python3", "python3.13"):
            program(checkout / "bin" / name, f"echo 'pyenv: {name}: command not found' >&2; exit 127")
        kept = python_like(checkout / "home" / ".pyenv" / "versions" / "3.12.1" / "bin" / "python", "3.12")
        done = call("find_python")
        assert (done.stdout.strip(), done.stderr) == (str(kept), "")

    def test_one_without_its_libraries_is_passed_over(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        broken = python_like(checkout / "bin" / "python3.13", "3.13")
        (broken.parent / "python3.13-says" / "ssl.py").write_text("raise ImportError('built without OpenSSL')")
        python_like(checkout / "bin" / "python3.11", "3.11")
        assert call("find_python").stdout.strip() == str(checkout / "bin" / "python3.11")

    def test_the_one_that_is_named(self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        python_like(checkout / "bin" / "python3", "3.13")
        named = python_like(checkout / "elsewhere" / "python", "3.12")
        assert call("find_python", PYTHON=str(named)).stdout.strip() == str(named)

    def test_the_one_that_is_named_must_do(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python_like(checkout / "bin" / "python3", "3.13")
        done = call("use_environment .venv '[test]'", PYTHON=str(python_like(checkout / "old" / "python", "3.10")))
        assert done.returncode != 0
        assert "is none of Python 3.13 3.12 3.11" in done.stderr


class TestUv:
    def calls(self, checkout: Path) -> list[str]:
        return [line for line in (checkout / "uv-calls").read_text().splitlines() if line != "--version"]

    def test_makes_the_environment_once(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python = python_like(checkout / "bin" / "python3", "3.12")
        program(checkout / "bin" / "uv", UV)
        assert call("use_environment .venv '[all,test]'; command -v python").stdout.endswith("/.venv/bin/python\n")
        venv = checkout / ".venv"
        assert self.calls(checkout) == [
            f"venv --quiet --clear --seed --python {python} {venv}",
            f"pip install --quiet --compile-bytecode --python {venv}/bin/python --editable {checkout}[all,test]",
        ]
        assert call("use_environment .venv '[all,test]'").stdout == ""
        assert len(self.calls(checkout)) == 2

    def test_makes_it_again_where_it_no_longer_fits(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python_like(checkout / "bin" / "python3", "3.13")
        program(checkout / "bin" / "uv", UV)
        call("use_environment .venv '[test]'")
        changes = (
            lambda: (checkout / ".venv" / "bin" / "python").unlink(),
            lambda: (checkout / ".venv" / "ready").write_text("/where/it/was\n"),
            # The last, as what is made afterwards is older still.
            lambda: os.utime(checkout / "pyproject.toml", (2**31, 2**31)),
        )
        for number, change in enumerate(changes, start=2):
            change()
            assert call("use_environment .venv '[test]'").stdout.startswith("Setting up .venv: ")
            assert len(self.calls(checkout)) == 2 * number

    def test_fetches_a_python_where_there_is_none(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python_like(checkout / "bin" / "python3", "3.14")
        program(checkout / "bin" / "uv", UV)
        call("use_environment .venv '[test]'")
        assert f"venv --quiet --clear --seed --python 3.13 {checkout / '.venv'}" in self.calls(checkout)

    def test_says_what_is_missing_where_it_cannot(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python_like(checkout / "bin" / "python3", "3.14")
        program(checkout / "bin" / "uv", UV.replace("venv)", "venv) echo 'no route to host' >&2; exit 2;"))
        done = call("use_environment .venv '[test]'; echo went on")
        assert done.returncode != 0
        assert "went on" not in done.stdout
        assert "no route to host" in done.stderr
        assert "Where none of 3.13 3.12 3.11 is installed, uv\nfetches one" in done.stderr
        assert not (checkout / ".venv" / "ready").exists()

    def test_an_installation_that_fails_is_no_environment(
        self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        python_like(checkout / "bin" / "python3", "3.12")
        program(checkout / "bin" / "uv", f"{UV}\n[ $1 != pip ]")
        done = call("use_environment .venv '[test]'")
        assert done.returncode != 0
        assert "Cannot install the project's packages" in done.stderr
        assert not (checkout / ".venv" / "ready").exists()

    def test_neither_uv_nor_a_python_that_installs_it(
        self, call: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        done = call("use_environment .venv '[test]'")
        assert done.returncode != 0
        assert "Cannot install uv" in done.stderr


@pytest.fixture(scope="module")
def pip_settings() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pip_settings", ROOT / "scripts" / "pip_settings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestPipsSettings:
    LISTING = (
        "global.index-url='https://index.example/simple'\nglobal.extra-index-url='https://a.example  https://b.example'\n"
        "install.constraint='/etc/one.txt\\n/etc/two.txt'\n:env:.index-url='https://other.example/simple'\n"
        "global.find-links='/wheels /more wheels'\n:env:.disable-pip-version-check='1'\n"
    )

    def test_are_read_as_pip_goes_by_them(self, pip_settings: ModuleType) -> None:
        settings = pip_settings.settings_of_pip(self.LISTING)
        assert settings["index-url"] == "https://other.example/simple"
        assert settings["constraint"] == "/etc/one.txt\n/etc/two.txt"

    def test_become_those_of_uv(self, pip_settings: ModuleType) -> None:
        assert pip_settings.variables_of_uv(pip_settings.settings_of_pip(self.LISTING), {}) == {
            "UV_DEFAULT_INDEX": "https://other.example/simple",
            "UV_INDEX": "https://a.example https://b.example",
            "UV_INDEX_STRATEGY": "unsafe-best-match",
            "UV_CONSTRAINT": "/etc/one.txt /etc/two.txt",
            "UV_FIND_LINKS": "/wheels,/more,wheels",
        }

    @pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
    def test_do_not_replace_what_uv_is_set_to(self, pip_settings: ModuleType, variable: str) -> None:
        settings = {"index-url": "https://index.example/simple"}
        assert pip_settings.variables_of_uv(settings, {variable: "https://mine.example"}) == {}

    def test_reach_uv(self, checkout: Path, call: Callable[..., subprocess.CompletedProcess[str]]) -> None:
        pytest.importorskip("pip")
        # Of this version in truth: pip, which runs in it, goes by that.
        python_like(checkout / "bin" / "python3", f"{sys.version_info.major}.{sys.version_info.minor}")
        program(checkout / "bin" / "uv", UV)
        done = call("use_environment .venv '[test]'", PIP_INDEX_URL="https://index.example/it's/simple")
        assert done.returncode == 0, done.stderr
        variables = dict(
            line.partition("=")[::2] for line in (checkout / "uv-environment").read_text().splitlines() if "=" in line
        )
        assert variables["UV_DEFAULT_INDEX"] == "https://index.example/it's/simple"
