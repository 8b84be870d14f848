"""The house rules that a program can check: which way imports point, where printing is done, how long modules are."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import ssc_to_nwb
from ssc_to_nwb.metadata.text_file import metadata_folder

ROOT = Path(ssc_to_nwb.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
PACKAGE = "ssc_to_nwb"

# What each part may import of the package. Data flow: matlab, tif -> source of a data type -> session -> interface of a
# data type -> nwb_file -> proof -> run -> api -> cli.
MAY_IMPORT = {
    "_version": set(),
    "naming": set(),
    "options": set(),
    "run_files": {"naming"},
    "json_lines": set(),
    "fork_server": set(),
    "process_start": {"fork_server", "run_files"},
    "local_processes": {"parallel", "process_start"},
    "parallel": set(),
    "quantities": set(),
    "grouping": set(),
    "session_key": set(),
    "system_files": set(),
    "chunk_shapes": set(),
    "image_axes": set(),
    "clock": {"data_types", "matlab", "problems"},
    "problems": {"grouping"},
    "output_files": {"naming", "problems"},
    "hdf5_files": {"problems", "quantities"},
    "matlab": {"hdf5_files", "output_files", "problems", "quantities", "source_files"},
    "tif": {"chunk_shapes", "image_axes", "problems"},
    "source_files": {"grouping", "naming", "problems", "session_key", "system_files"},
    "metadata": {"grouping", "json_lines", "problems", "quantities", "session_key"},
    "session": {
        "clock", "data_types", "matlab", "metadata", "naming", "problems", "quantities", "session_key", "source_files",
    },
    "data_types": {
        "_version", "chunk_shapes", "clock", "grouping", "image_axes", "ledger", "matlab", "metadata", "naming",
        "output_files", "problems", "proof", "quantities", "restoring", "session", "source_files", "system_files",
        "tif",
    },
    "ledger": {
        "data_types", "grouping", "matlab", "naming", "problems", "quantities", "session", "source_files",
        "system_files", "tif",
    },
    "restoring": {"data_types", "grouping", "matlab", "naming"},
    "testing": {"matlab"},
    "nwb_file": {
        "_version", "chunk_shapes", "data_types", "image_axes", "ledger", "metadata", "naming",
        "options", "output_files", "parallel", "problems", "session", "source_files", "tif",
    },
    "proof": {
        "data_types", "hdf5_files", "ledger", "matlab", "metadata", "naming", "problems",
        "parallel", "restoring", "session", "source_files", "system_files",
    },
    "validate": {
        "_version", "data_types", "grouping", "hdf5_files", "json_lines", "metadata", "naming", "options",
        "local_processes", "output_files", "parallel", "problems", "proof", "quantities", "reading", "restoring",
    },
    "describe": {
        "data_types", "grouping", "json_lines", "matlab", "metadata", "problems", "quantities", "session",
        "source_files",
    },
    "reading": {"hdf5_files", "naming", "problems", "quantities", "system_files"},
    "analysis": {"grouping", "reading"},
    "report": {
        "_version", "analysis", "metadata", "naming", "output_files", "problems", "quantities", "reading",
    },
    "dandi": {
        "_version", "grouping", "json_lines", "local_processes", "metadata", "options", "output_files", "problems",
        "quantities", "system_files", "validate",
    },
    "run": {
        "_version", "chunk_shapes", "data_types", "grouping", "json_lines", "ledger", "local_processes", "metadata",
        "naming", "nwb_file", "options", "output_files", "problems", "process_start", "proof", "quantities",
        "run_files", "session", "session_key", "source_files", "system_files", "tif",
    },
    "api": {
        "analysis", "dandi", "data_types", "describe", "json_lines", "ledger", "matlab", "metadata", "naming",
        "nwb_file", "options", "problems", "process_start", "proof", "quantities", "reading", "report", "restoring",
        "run", "run_files", "session", "source_files", "testing", "validate",
    },
    "cli": {"api", "grouping", "json_lines", "options", "problems", "quantities"},
    "_public": {"api", "data_types", "problems"},
    "__init__": {"_public"},
    "__main__": {"cli", "process_start"},
}  # fmt: skip


@dataclass(frozen=True)
class Import:
    """An import: of which module, where, and whether only for the type checker."""

    module: str
    place: str
    for_types: bool


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    return tuple(_imports_of(path))


def _imports_of(path: Path) -> Iterator[Import]:
    tree = parsed(path)
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == PACKAGE:
                names = [f"{PACKAGE}.{alias.name}" for alias in node.names]
        for name in names:
            yield Import(module=name, place=f"{place(path)}, line {node.lineno}", for_types=id(node) in for_types)


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    return ".".join((PACKAGE, *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def modules_of(part: str) -> list[Path]:
    return [path for path in MODULES if part_of(path) == part]


def test_every_part_has_its_place() -> None:
    assert {part_of(path) for path in MODULES} == set(MAY_IMPORT)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_point_one_way(part: str) -> None:
    wrong = []
    for one in (one for path in modules_of(part) for one in imports_of(path)):
        if one.module.startswith(f"{PACKAGE}.") and not one.for_types:
            other = one.module.split(".")[1]
            if other != part and other not in MAY_IMPORT[part]:
                wrong.append(f"{one.place}: {one.module}")
    assert wrong == []


def test_contracts_of_imports() -> None:
    """Those in pyproject.toml, which scripts/lint.sh runs too; the ways back see nothing of the way there, and more."""
    pytest.importorskip("importlinter")
    # In a process of its own: it sets up logging, which disables the loggers that are there.
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Packages may meet in both directions, as a session and its data types do; modules may not."""
    names = {module_name(path): path for path in MODULES}
    graph = {
        name: {one.module for one in imports_of(path) if not one.for_types} & names.keys()
        for name, path in names.items()
    }
    TopologicalSorter(graph).prepare()


def test_of_the_problems_the_command_line_knows_no_kind() -> None:
    known = {f"{PACKAGE}.problems.model", f"{PACKAGE}.problems.system_errors"}
    wrong = [
        f"{one.place}: {one.module}"
        for path in modules_of("cli")
        for one in imports_of(path)
        if one.module.startswith(f"{PACKAGE}.problems") and one.module not in known
    ]
    assert wrong == []


def test_nothing_is_printed_but_on_the_command_line() -> None:
    calls = [
        f"{place(path)}, line {node.lineno}"
        for path in MODULES
        if part_of(path) != "cli"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


def test_a_module_has_one_subject_and_says_which() -> None:
    assert [place(path) for path in MODULES if not ast.get_docstring(parsed(path))] == []
    assert [place(path) for path in MODULES if path.read_text(encoding="utf-8").count("\n") > 350] == []


def test_public_functions_and_classes_explain_themselves() -> None:
    assert [f"{place(path)}: {name}" for path in MODULES for name in _silent(parsed(path).body)] == []


def _silent(body: Sequence[ast.stmt], above: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield f"{above}{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from _silent(node.body, f"{node.name}.")


# Besides its own folders, and the parts that show whiskers or make them up.
KNOWS_WHISKERS = {"naming.py", "data_types/events/layout.py", "data_types/events/source.py", "api/sessions.py"}
SHOWS_WHISKERS = ("metadata", "reading", "report", "testing")


def test_what_is_known_of_a_data_type_is_in_its_folder() -> None:
    """Seen by the whiskers: the names of other types are words that occur everywhere."""
    own = ("data_types/whisker/", "data_types/whisker_videos/", "data_types/registry.py", "data_types/interfaces.py")
    named = {
        place(path)
        for path in MODULES
        if "whisker" in path.read_text(encoding="utf-8").lower()
        if part_of(path) not in SHOWS_WHISKERS and not path.relative_to(ROOT).as_posix().startswith(own)
    }
    assert named == KNOWS_WHISKERS


def test_packages_hold_no_code_but_exports() -> None:
    for path in (path for path in MODULES if path.name == "__init__.py"):
        for node in parsed(path).body:
            exports = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in (
                "__all__",
                "_HOME",
                "TYPE_CHECKING",
            )
            lazy = isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__")
            words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            imports = isinstance(node, ast.Import | ast.ImportFrom)
            assert exports or lazy or words or types or imports, f"{place(path)}, line {node.lineno}"


def test_a_user_never_meets_an_assert_or_a_blind_except() -> None:
    wrong = [
        f"{place(path)}, line {node.lineno}"
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Assert) or (isinstance(node, ast.ExceptHandler) and node.type is None)
    ]
    assert wrong == []


def test_nothing_is_sent_anywhere_unasked() -> None:
    """No telemetry: the only part that opens connections is the one for the archive; a run asks for its host's name."""
    network = {"requests", "urllib.request", "http.client", "socket", "httpx", "aiohttp"}
    users = {part_of(path) for path in MODULES for one in imports_of(path) if one.module in network}
    # `reading` fetches a file whose address the user gave.
    assert users <= {"dandi", "reading", "run"}


def test_the_metadata_files_travel_with_the_package() -> None:
    assert {path.name for path in metadata_folder().glob("*.yaml")} >= {"ssc-1.yaml", "ssc-2.yaml"}
    assert {path.name for path in (metadata_folder() / "census").iterdir()} == {"README.md", "ssc-2_subvolumes.csv"}
    assert (ROOT / "py.typed").is_file()
