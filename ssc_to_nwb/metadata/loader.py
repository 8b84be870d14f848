"""Loads metadata: the data set's own file, a user's files on top, and the part for one session; then checks it."""

from __future__ import annotations

import difflib
import os
import reprlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, reduce
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args, get_type_hints

from ssc_to_nwb.metadata.text_file import metadata_folder
from ssc_to_nwb.metadata.yaml_lines import KeyPath, Lined, load_yaml
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import ProblemLog, SscError, error
from ssc_to_nwb.session_key import SessionKey

if TYPE_CHECKING:
    from pydantic import TypeAdapter

    from ssc_to_nwb.metadata.model import Metadata

_Section = TypeVar("_Section")
PlaceOf: TypeAlias = Callable[[KeyPath], object]
EXTENDS = "extends"
# Sections that hold a mapping from subject or session to values that replace the general ones.
_PARTICULAR = ("subjects", "sessions")
# Keys that are never the same for all sessions, and the sections that may have them below a name.
_NEVER_GENERAL = {
    ("session", "time_of_experiment"): "sessions.<session>",
    ("subject", "date_of_birth"): "subjects.<subject> or sessions.<session>",
}
# From this likeness on a name may be another one with a slip of the pen: an animal's with one of its eight characters.
_ALIKE = 0.85
# Values as they are shown in an error: a whole section would fill the screen.
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 200


def packaged_names() -> tuple[str, ...]:
    """Names of the packaged metadata files, which a user's file may extend: `ssc-1`, `ssc-2`."""
    return tuple(sorted(path.stem for path in metadata_folder().glob("ssc-*.yaml")))


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataFiles:
    """The metadata files of one data set, read and merged once; gives the metadata of any of its sessions.

    merged: their content; a value knows its file and line; paths: of all files, the lowest first.
    """

    merged: Lined
    paths: tuple[Path, ...]

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """The files that are not packaged."""
        folder = metadata_folder().resolve()
        return tuple(path for path in self.paths if path.resolve().parent != folder)

    def of_session(self, *, session: str, subject: str) -> Metadata:
        """The checked metadata of one session.

        session: its name, `an197522_2013_03_08`; subject: the animal. Raises metadata-*, with file and line.
        """
        from ssc_to_nwb.metadata.model import Metadata

        merged = _particular(self.merged, names={"subjects": subject, "sessions": session})
        return checked_section(Metadata, merged.value, place_of=merged.place_of)

    def given_for_session(self, *, session: str, subject: str) -> dict[str, dict[str, Any]]:
        """What the user's own files say of one session.

        By section, values by dotted key. Raises metadata-*, with file and line.
        """
        given: dict[str, dict[str, Any]] = {}
        own_paths = self.own_paths
        for key, one in _leaves(_particular(self.merged, names={"subjects": subject, "sessions": session})):
            if one.place is not None and one.place.file in own_paths:
                given.setdefault(key[0], {})[".".join(key)] = one.value
        return given

    def report_unused(self, names: Mapping[str, Collection[str]], *, misspelt_only: bool, log: ProblemLog) -> None:
        """Warn of entries of the user's own files that fit none of the names in the source.

        names: by section, `subjects` and `sessions`; misspelt_only: warn only where a name without an entry is alike.
        """
        own_paths = self.own_paths
        for section, known in names.items():
            entries = _checked_mapping(self.merged, (section,))
            for name, one in entries.items():
                if name in known or one.place is None or one.place.file not in own_paths:
                    continue
                close = difflib.get_close_matches(name, set(known) - set(entries), n=1, cutoff=_ALIKE)
                if close or not misspelt_only:
                    found = f"{name} fits no {section.removesuffix('s')}."
                    found += f" Did you mean {close[0]}?" if close else ""
                    log.add(kinds.METADATA_ENTRY_UNUSED, file=one.place, field=f"{section}.{name}", found=found)


def read_metadata_files(*, dataset: str, files: Sequence[Path] = ()) -> MetadataFiles:
    """Read `<dataset>.yaml`, then the user's files in order, later ones winning.

    dataset: `ssc-1` or `ssc-2`. Raises metadata-*, with file and line.
    """
    laid: dict[Path, tuple[Path, Lined]] = {}
    for path in (metadata_folder() / f"{dataset}.yaml", *files):
        _lay(path, laid)
    merged = reduce(Lined.merged_with, (own for _, own in laid.values()))
    for key, place in _NEVER_GENERAL.items():
        if (general := merged.at(key)) is not None:
            expected = f"this key below {place} alone"
            raise error(
                kinds.METADATA_VALUE_INVALID, file=general.place, field=".".join(key), expected=expected,
                found="one value for all",
            )  # fmt: skip
    return MetadataFiles(merged=merged, paths=tuple(path for path, _ in laid.values()))


def _lay(path: Path, laid: dict[Path, tuple[Path, Lined]], above: tuple[Path, ...] = ()) -> None:
    """Lay a file on top, after the one that it extends, each once; above: the files that extend this one."""
    resolved = Path(os.path.realpath(path))
    if resolved in laid:
        return
    own, above = load_yaml(path), (*above, resolved)
    extends = own.at((EXTENDS,))
    if extends is not None and extends.content is not None:
        _lay(_extended(extends, path, above), laid, above)
    laid[resolved] = path, own.without(EXTENDS)


def _extended(extends: Lined, path: Path, above: tuple[Path, ...]) -> Path:
    """The file that another one names with `extends`: a packaged one by its name, or a path from that file."""
    name = extends.content
    if not isinstance(name, str) or not name.strip():
        raise _bad_extends(extends, found=repr(extends.value))
    below = metadata_folder() / f"{name}.yaml" if name in packaged_names() else path.parent / name
    if below.resolve() in above:
        circle = [*above[above.index(below.resolve()) :], below]
        raise _bad_extends(extends, found=" extends ".join(one.name for one in circle))
    if not below.exists():
        raise _bad_extends(extends, found=f"{name!r}, and there is no {below}")
    return below


def _bad_extends(extends: Lined, *, found: str) -> SscError:
    expected = f"{', '.join(packaged_names())}, or the path of a metadata file that does not extend this one"
    return error(kinds.METADATA_VALUE_INVALID, file=extends.place, field=EXTENDS, expected=expected, found=found)


def load_metadata(*, dataset: str, session: str, subject: str, files: Sequence[Path] = ()) -> Metadata:
    """The metadata of one session: `<dataset>.yaml`, then the user's files in order, later ones winning.

    dataset: `ssc-1` or `ssc-2`; session: its name, `an197522_2013_03_08`; subject: the animal; files: the user's
    metadata files. Raises metadata-*, with file and line.
    """
    return read_metadata_files(dataset=dataset, files=files).of_session(session=session, subject=subject)


def _leaves(one: Lined, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Lined]]:
    """Every value with its key; a list is one value."""
    if isinstance(one.content, dict) and one.content:
        for name, below in one.content.items():
            yield from _leaves(below, (*above, name))
    else:
        yield above, one


def _particular(merged: Lined, *, names: dict[str, str]) -> Lined:
    """The general values with those of a subject and a session on top. Raises metadata-*."""
    result = merged.without(*_PARTICULAR)
    for section, name in names.items():
        by_name = _checked_mapping(merged, (section,))
        # A session's name with a typo would be left unused in silence; only the data set knows the names of subjects.
        for other in by_name if section == "sessions" else ():
            if SessionKey.from_name(other) is None:
                raise error(
                    kinds.METADATA_KEY_UNKNOWN,
                    file=merged.place_of((section, other)),
                    field=f"{section}.{other}",
                    expected="names such as an197522_2013_03_08 or an229716_2013_12_02b",
                    found=other,
                )
        result = result.merged_with(Lined(content=_checked_mapping(merged, (section, name))))
    return result


def _checked_mapping(merged: Lined, key: KeyPath) -> dict[str, Lined]:
    """The mapping under a key, empty where there is nothing. Raises metadata-value-invalid."""
    found = merged.at(key)
    if found is None or found.content is None:
        return {}
    if not isinstance(found.content, dict):
        raise error(
            kinds.METADATA_VALUE_INVALID,
            file=found.place,
            field=".".join(map(str, key)),
            expected="a mapping",
            found=_SHORT.repr(found.value),
        )
    return found.content


@cache
def schema(kind: Any) -> TypeAdapter[Any]:
    """The schema of a section, `Metadata` being that of whole files."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def checked_section(
    kind: Callable[..., _Section], values: Mapping[str, Any], *, place_of: PlaceOf, above: KeyPath = ()
) -> _Section:
    """Values as a section of that class, checked.

    place_of: gives file and line of a key; above: the key of the section. Raises metadata-key-unknown,
    metadata-value-missing, metadata-value-invalid.
    """
    from pydantic import ValidationError

    try:
        section: _Section = schema(kind).validate_python(values)
    except ValidationError as failure:
        raise _as_error(failure.errors(include_url=False)[0], kind, place_of, above) from failure
    return section


def _as_error(details: Any, kind: Any, place_of: PlaceOf, above: KeyPath) -> SscError:
    from ssc_to_nwb.metadata.forms import wanted

    below: KeyPath = tuple(part for part in details["loc"] if part != "[key]")
    key = (*above, *below)
    dotted = ".".join(str(part) for part in key)
    place = place_of(key)
    if details["type"] == "unexpected_keyword_argument":
        # Some keys of a whole file are taken out before it is checked.
        known = [*_known_keys(kind, below[:-1]), *((*_PARTICULAR, EXTENDS) if len(key) == 1 else ())]
        name = str(key[-1])
        return error(
            kinds.METADATA_KEY_UNKNOWN, file=place, field=dotted, expected=_suggestion(name, known), found=name
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


def _suggestion(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"{close[0]} (did you mean that?)" if close else f"one of {', '.join(known)}"


def _known_keys(kind: Any, path: KeyPath) -> list[str]:
    """The keys of the section at a path below a section."""
    for part in path:
        if is_dataclass(kind):
            kind = get_type_hints(kind)[str(part)]
        else:
            # Of a mapping what its values are, of a list what its items are.
            kind = next(one for one in reversed(get_args(kind)) if one is not Ellipsis)
        if NoneType in get_args(kind):
            kind = next(one for one in get_args(kind) if one is not NoneType)
    return [one.name for one in fields(kind)]
