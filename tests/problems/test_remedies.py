"""What messages advise a user to do names things that exist: options, commands, metadata keys, identifiers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import click
import pytest

import ssc_to_nwb
from ssc_to_nwb.api.explanation import catalogue
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.dandi.dandiset_section import DandisetSection
from ssc_to_nwb.metadata.model import Metadata
from ssc_to_nwb.problems.model import Severity

PACKAGE = Path(ssc_to_nwb.__file__).parent
KINDS = tuple(catalogue().values())
COMMANDS = {name: group.get_command(click.Context(group), name) for name in group.list_commands(click.Context(group))}
OPTIONS = {
    option for command in COMMANDS.values() if command for parameter in command.params for option in parameter.opts
} | {"--help", "--version"}
# Of other programs, which a remedy may name as well: `pip install --upgrade`.
FOREIGN_OPTIONS = {"--upgrade"}
_SECTIONS = "|".join(one.name for one in fields(Metadata))
_KEY = re.compile(rf"(?<![\w./-])((?:{_SECTIONS})(?:\.[a-z_]+)+)(?![\w(/])(?<!\.yaml)(?<!\.nwb)(?<!\.html)")


def texts_of_the_package() -> Iterator[tuple[str, str]]:
    """Every text in the code, with its place; of a formatted one, the parts that are always there."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(PACKAGE)}, line {node.lineno}", node.value


def is_key(dotted: str) -> bool:
    """Whether a key of the metadata files exists; below a mapping of free names anything does."""
    model: object = Metadata
    for part in dotted.split("."):
        if not is_dataclass(model):
            return True
        hints = get_type_hints(model)
        if part not in hints:
            return False
        model = DandisetSection if (model, part) == (Metadata, "dandiset") else hints[part]
    return True


def test_what_stops_a_conversion_is_not_only_to_be_looked_at() -> None:
    only_looked_at = re.compile(r"(Look at|Compare|Rename one) [^.;:`-]*\.")
    errors = [kind for kind in KINDS if kind.severity is Severity.ERROR]
    assert [kind.identifier for kind in errors if only_looked_at.fullmatch(kind.remedy)] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.identifier)
def test_what_an_entry_names_exists(kind: object) -> None:
    text = f"{kind.reason} {kind.remedy}"  # type: ignore[attr-defined]
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) - FOREIGN_OPTIONS <= OPTIONS
    assert set(re.findall(r"(?<!\.)ssc-to-nwb ([a-z][a-z-]*)", text)) <= set(COMMANDS)
    assert set(re.findall(r"`(\w+) --", text)) <= {*COMMANDS, "dandi"}
    assert [key for key in _KEY.findall(text) if not is_key(key)] == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.identifier)
def test_no_remedy_sends_a_user_into_the_code(kind: object) -> None:
    assert ".py" not in kind.remedy  # type: ignore[attr-defined]


def test_keys_of_the_metadata_named_anywhere_in_the_code_exist() -> None:
    """A message's field or detail says which key gives the value."""
    named = {(place, key) for place, text in texts_of_the_package() for key in _KEY.findall(text)}
    assert len(named) > 5
    assert sorted(f"{place}: {key}" for place, key in named if not is_key(key) and not key.endswith(".py")) == []


@pytest.mark.parametrize("key", ["session.lab", "session.time_of_experiment", "source.array_kinds", "dandiset.license"])
def test_a_key_that_exists(key: str) -> None:
    assert is_key(key)


@pytest.mark.parametrize("key", ["session.labs", "imaging.channel", "dandiset.licence", "subject.weight_g"])
def test_a_key_that_does_not(key: str) -> None:
    assert not is_key(key)
