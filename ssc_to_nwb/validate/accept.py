"""Accepted messages: a file names them by identifier and path, each with the reason why it is no problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ssc_to_nwb.metadata.text_file import metadata_folder
from ssc_to_nwb.metadata.yaml_lines import Lined, load_yaml
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.validate.messages import Message, message_of

_REQUIRED = ("identifier", "path", "reason")
_KEYS = (*_REQUIRED, "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptEntry:
    """One entry: globs over a message's identifier, object path and file name, and why such messages are accepted.

    A `*` matches any text, slashes too. source, line: where the entry is.
    """

    identifier: str
    path: str
    reason: str
    file: str
    source: Path
    line: int

    def matches(self, message: Message) -> bool:
        """Whether a message is one of those that the entry accepts."""
        return (
            fnmatchcase(message.identifier, self.identifier)
            and fnmatchcase(message.object_path, self.path)
            and fnmatchcase(message.file.name, self.file)
        )


def packaged_file() -> Path:
    """The list for the data sets that this project is about."""
    return metadata_folder() / "inspector.yaml"


def load_entries(accept_file: Path | None) -> tuple[AcceptEntry, ...]:
    """The entries of a user's file, if any, and then those of the packaged one. Raises accept-file-invalid."""
    own = () if accept_file is None else read_entries(accept_file)
    return own + read_entries(packaged_file())


def read_entries(path: Path) -> tuple[AcceptEntry, ...]:
    """The entries of one file: a list `accept` of mappings. Raises accept-file-invalid."""
    try:
        loaded = load_yaml(path)
    except SscError as failure:
        problem = failure.problem
        expected = problem.expected or "readable YAML"
        raise error(kinds.ACCEPT_FILE_INVALID, file=problem.file, expected=expected, found=problem.found) from failure
    listed = loaded.at(("accept",))
    if listed is None or not isinstance(listed.content, tuple) or set(loaded.value) != {"accept"}:
        keys = ", ".join(loaded.value) or "nothing"
        raise error(kinds.ACCEPT_FILE_INVALID, file=path, expected="one list, `accept`", found=keys)
    return tuple(_entry(one, path, position) for position, one in enumerate(listed.content))


def apply_entries(messages: Sequence[Message], entries: Sequence[AcceptEntry]) -> list[Message]:
    """The messages, each marked by the first entry that accepts it, and one more for each entry that matches none."""
    used: set[int] = set()
    result = []
    for message in messages:
        matching = [position for position, entry in enumerate(entries) if entry.matches(message)]
        used.update(matching)
        result.append(replace(message, accepted=entries[matching[0]].reason) if matching else message)
    unused = [entry for position, entry in enumerate(entries) if position not in used]
    return [*result, *_unused_messages(unused)]


def _unused_messages(entries: Sequence[AcceptEntry]) -> Iterator[Message]:
    """One message for each entry of a user's file; one for all those of the packaged file."""
    for entry in entries:
        if entry.source != packaged_file():
            text = f"line {entry.line}: {entry.identifier} at {entry.path} matches nothing, in files {entry.file}."
            yield message_of(kinds.ACCEPT_ENTRY_UNUSED, file=entry.source, object_path=entry.path, text=text)
    packaged = sum(entry.source == packaged_file() for entry in entries)
    if packaged:
        # Which lines of the package's own list these are is nothing that a user can act on.
        unused = plural(packaged, "entry matches", "entries match")
        text = f"Of this package's own list {unused} nothing in these files."
        yield message_of(kinds.ACCEPT_DEFAULT_UNUSED, file=packaged_file(), text=text)


def _entry(one: Lined, path: Path, position: int) -> AcceptEntry:
    value: Any = one.value
    line = one.place.line if one.place else 1
    texts = value if isinstance(value, dict) else {}
    wrong = [key for key in texts if key not in _KEYS]
    wrong += [key for key in _REQUIRED if not isinstance(texts.get(key), str) or not texts[key].strip()]
    if wrong or not isinstance(texts.get("file", "*"), str):
        raise error(
            kinds.ACCEPT_FILE_INVALID,
            file=f"{path}, line {line}",
            field=f"accept[{position}]",
            expected="texts identifier, path and reason, and perhaps file",
            found=f"unknown or missing: {', '.join(map(str, wrong)) or 'file'}" if texts else repr(value),
        )
    return AcceptEntry(
        identifier=texts["identifier"],
        path=texts["path"],
        reason=texts["reason"].strip(),
        file=texts.get("file", "*"),
        source=path,
        line=line,
    )
