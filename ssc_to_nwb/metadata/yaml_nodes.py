"""From YAML's nodes to texts, lists and mappings, with the line of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ssc_to_nwb.metadata.yaml_bounds import BoundedLoader
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

KeyPath = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_TEXT, _NULL = f"{_TAG}str", f"{_TAG}null"


class _Loader(BoundedLoader):
    """A plain scalar is nothing or a text. The types of PyYAML know nothing of the methods of its parts."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the loader's own name for it


_Loader.add_implicit_resolver(_NULL, re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""])


def composed(text: str, path: Path) -> yaml.Node | None:
    """The node of a whole document, None where it holds nothing. Raises metadata-file-unreadable with the line."""
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as failure:
        raise _not_yaml(path, failure) from failure
    except yaml.reader.ReaderError as failure:
        line = text.count("\n", 0, failure.position) + 1
        found = f"the control character U+{ord(text[failure.position]):04X}"
        raise error(kinds.METADATA_FILE_UNREADABLE, file=f"{path}, line {line}", found=found) from failure


def _not_yaml(path: Path, failure: yaml.MarkedYAMLError) -> SscError:
    mark = failure.problem_mark or failure.context_mark
    place = path if mark is None else f"{path}, line {mark.line + 1}, column {mark.column + 1}"
    found = ", ".join(part for part in (failure.context, failure.problem) if part)
    tab = "'\\t'" in found
    return error(kinds.METADATA_FILE_UNREADABLE, file=place, expected="spaces to indent" if tab else None, found=found)


@dataclass(slots=True, kw_only=True)
class NodeReader:
    """Reads the nodes of one file; `lines` has the 1-based line of every key and list item read."""

    path: Path
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def read_top(self, node: yaml.Node) -> dict[str, Any]:
        """The mapping at the top. Raises metadata-value-invalid, also for what is not a text, a list or a mapping."""
        if not isinstance(node, yaml.MappingNode):
            form = "a list" if isinstance(node, yaml.SequenceNode) else "a single value"
            raise error(kinds.METADATA_VALUE_INVALID, file=self.path, expected="a mapping of sections", found=form)
        return self._mapping(node, ())

    def _value(self, node: yaml.Node, key: KeyPath) -> Any:
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return self._list(node, key)
        if isinstance(node, yaml.ScalarNode) and node.tag in (_TEXT, _NULL):
            return node.value if node.tag == _TEXT else None
        found = f"the tag {node.tag.replace(_TAG, '!!')}"
        raise self._invalid(key, expected="a text, a number, a list or a mapping, without a tag", found=found)

    def _mapping(self, node: yaml.MappingNode, above: KeyPath) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in node.value:
            line = name.start_mark.line + 1
            if not isinstance(name, yaml.ScalarNode):
                raise self._invalid(above, line=line, expected="keys that are texts", found="a list or mapping as key")
            key = (*above, name.value)
            if name.value in values:
                raise self._invalid(key, line=line, expected="every key once", found=f"also in line {self.lines[key]}")
            self.lines[key] = line
            values[name.value] = self._value(value, key)
        return values

    def _list(self, node: yaml.SequenceNode, above: KeyPath) -> list[Any]:
        values = []
        for number, item in enumerate(node.value):
            key = (*above, number)
            self.lines[key] = item.start_mark.line + 1
            values.append(self._value(item, key))
        return values

    def _invalid(self, key: KeyPath, *, expected: str, found: str, line: int | None = None) -> SscError:
        line = self.lines.get(key) if line is None else line
        return error(
            kinds.METADATA_VALUE_INVALID,
            file=self.path if line is None else f"{self.path}, line {line}",
            field=".".join(map(str, key)) or None,
            expected=expected,
            found=found,
        )
