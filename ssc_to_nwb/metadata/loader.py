"""Loads metadata: the data set's own file, a user's files on top, and the part for one session; then checks it."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssc_to_nwb.metadata.layers import EXTENDS, Layers
from ssc_to_nwb.metadata.yaml_lines import KeyPath, LinedMapping
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error
from ssc_to_nwb.session_key import SessionKey

if TYPE_CHECKING:
    from ssc_to_nwb.metadata.model import Metadata

# Sections that hold a mapping from subject or session to values that replace the general ones.
_PARTICULAR = ("subjects", "sessions")
# Keys that are never the same for all sessions, and the sections that may have them below a name.
_NEVER_GENERAL = {
    ("session", "time_of_experiment"): "sessions.<session>",
    ("subject", "date_of_birth"): "subjects.<subject> or sessions.<session>",
}
# Values as they are shown in an error: a whole section would fill the screen.
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataFiles:
    """The metadata files of one data set, read and merged once; gives the metadata of any of its sessions.

    merged: their content; a value knows its file and line; paths: of all files, the lowest first; own_paths: of those
    that are not packaged.
    """

    merged: LinedMapping
    paths: tuple[Path, ...]
    own_paths: tuple[Path, ...]

    def of_session(self, *, session: str, subject: str) -> Metadata:
        """The checked metadata of one session.

        session: its name, `an197522_2013_03_08`; subject: the animal. Raises metadata-*, with file and line.
        """
        return _validate(_particular(self.merged, names={"subjects": subject, "sessions": session}))

    def given_for_session(self, *, session: str, subject: str) -> dict[str, dict[str, Any]]:
        """What the user's own files say of one session.

        By section, values by dotted key. Raises metadata-*, with file and line.
        """
        merged = _particular(self.merged, names={"subjects": subject, "sessions": session})
        given: dict[str, dict[str, Any]] = {}
        for key, value in _values_by_key(merged.values):
            place = merged.place(key)
            if place is not None and place.file in self.own_paths:
                given.setdefault(str(key[0]), {})[".".join(map(str, key))] = value
        return given


def read_metadata_files(*, dataset: str, files: Sequence[Path] = ()) -> MetadataFiles:
    """Read `<dataset>.yaml`, then the user's files in order, later ones winning.

    dataset: `ssc-1` or `ssc-2`. Raises metadata-*, with file and line.
    """
    layers = Layers.of_dataset(dataset, files)
    for key, place in _NEVER_GENERAL.items():
        if key in layers.merged.places:
            raise error(
                kinds.METADATA_VALUE_INVALID,
                file=layers.merged.place(key),
                field=".".join(key),
                expected=f"this key below {place} alone",
                found="one value for all",
            )
    return MetadataFiles(merged=layers.merged, paths=tuple(layers.paths), own_paths=layers.own_paths)


def load_metadata(*, dataset: str, session: str, subject: str, files: Sequence[Path] = ()) -> Metadata:
    """The metadata of one session: `<dataset>.yaml`, then the user's files in order, later ones winning.

    A file may have `subjects: {an197522: {...}}` and `sessions: {an197522_2013_03_08: {...}}` with any of the other
    sections, which win for that subject or session; `extends` names a file that it is laid on.

    Raises metadata-*, with file and line.
    """
    return read_metadata_files(dataset=dataset, files=files).of_session(session=session, subject=subject)


def _values_by_key(values: dict[str, Any], above: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every value with its key; a list is one value."""
    for name, value in values.items():
        key = (*above, name)
        if isinstance(value, dict) and value:
            yield from _values_by_key(value, key)
        else:
            yield key, value


def _particular(merged: LinedMapping, *, names: dict[str, str]) -> LinedMapping:
    values = {key: value for key, value in merged.values.items() if key not in _PARTICULAR}
    result = LinedMapping(values=values, places=merged.places)
    for section, name in names.items():
        by_name = _mapping(merged, (section,))
        _check_names(merged, section, by_name)
        if by_name.get(name) is None:
            continue
        chosen = _mapping(merged, (section, name))
        places = {key[2:]: place for key, place in merged.places.items() if key[:2] == (section, name) and len(key) > 2}
        result = result.merged_with(LinedMapping(values=chosen, places=places))
    return result


def _mapping(merged: LinedMapping, key: KeyPath) -> dict[str, Any]:
    """The mapping under a key, empty where there is nothing. Raises metadata-value-invalid."""
    value: Any = merged.values
    for part in key:
        value = value.get(part)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise error(
            kinds.METADATA_VALUE_INVALID,
            file=merged.place(key),
            field=".".join(map(str, key)),
            expected="a mapping",
            found=_SHORT.repr(value),
        )
    return value


def _check_names(merged: LinedMapping, section: str, by_name: dict[str, Any]) -> None:
    """A session's name with a typo would be left unused in silence; of subjects only the data set knows the names."""
    for name in by_name if section == "sessions" else ():
        if SessionKey.from_name(str(name)) is None:
            raise error(
                kinds.METADATA_KEY_UNKNOWN,
                file=merged.place((section, name)),
                field=f"{section}.{name}",
                expected="names such as an197522_2013_03_08 or an229716_2013_12_02b",
                found=str(name),
            )


def _validate(merged: LinedMapping) -> Metadata:
    from pydantic import ValidationError

    from ssc_to_nwb.metadata.model import Metadata

    try:
        return Metadata.model_validate(merged.values)
    except ValidationError as failure:
        raise _as_error(failure.errors(include_url=False)[0], merged) from failure


def _as_error(details: Any, merged: LinedMapping) -> SscError:
    from ssc_to_nwb.metadata.forms import wanted

    key: KeyPath = tuple(part for part in details["loc"] if part != "[key]")
    dotted = ".".join(str(part) for part in key)
    place = merged.place(key)
    if details["type"] == "extra_forbidden":
        return error(
            kinds.METADATA_KEY_UNKNOWN, file=place, field=dotted, expected=_suggestion(key), found=str(key[-1])
        )
    if details["type"] == "missing" and isinstance(key[-1], str):
        return error(kinds.METADATA_VALUE_MISSING, file=place, field=dotted)
    return error(
        kinds.METADATA_VALUE_INVALID,
        file=place,
        field=dotted,
        expected=wanted(details),
        found=_SHORT.repr(details["input"]),
    )


def _suggestion(key: KeyPath) -> str:
    known = list(_known_keys(key[:-1]))
    close = difflib.get_close_matches(str(key[-1]), known, n=1)
    return f"{close[0]} (did you mean that?)" if close else f"one of {', '.join(known)}"


def _known_keys(path: KeyPath) -> Iterable[str]:
    from pydantic import BaseModel

    from ssc_to_nwb.metadata.model import Metadata

    model: Any = Metadata
    for part in path:
        annotation = (
            model.model_fields[part].annotation if isinstance(part, str) and part in model.model_fields else None
        )
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return ()
        model = annotation
    known = list(model.model_fields)
    return [*known, *_PARTICULAR, EXTENDS] if not path else known
