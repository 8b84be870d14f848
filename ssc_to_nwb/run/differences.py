"""What differs between what a run was asked for and what a finished file was made with, and what that would do to it.

Some differences leave the contents as they are: how arrays are stored, an option without effect on this session,
another version of this program. Others would change them, and a finished file is not changed unasked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb import naming
from ssc_to_nwb.data_types import registry
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.quantities import plural
from ssc_to_nwb.run.inputs import SessionInputs
from ssc_to_nwb.source_files.raw_files import RawFileKind, kind_of_file

if TYPE_CHECKING:
    from ssc_to_nwb.proof.making import FileContents
    from ssc_to_nwb.run.job import SessionJob
    from ssc_to_nwb.run.record import Done

_VERIFIED_RANK = {"off": 0, "sample": 1, "full": 2}
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was, in words.

    effect: `none` on the contents; `contents` would be others, with less (`lost`) or more (`gained`) in the file;
    `again`: what was asked for takes another conversion, which has the same contents.
    """

    text: str
    effect: Literal["none", "contents", "again"] = "none"
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Comparison:
    """A session as it was done, beside what is asked for now."""

    job: SessionJob
    done: Done

    @cached_property
    def contents(self) -> FileContents | None:
        """What the finished file holds; None where that can't be read."""
        from ssc_to_nwb.proof.making import contents_of

        try:
            return contents_of(self.done.output)
        except SscError:
            return None

    def differences(self) -> Iterator[Difference]:
        """All differences but those of the source files."""
        then, now = self.done.inputs, self.job.made_with
        yield from self._metadata(then, now)
        # Options of earlier versions that are no more have no say.
        for name in sorted(now.options):
            if then.options.get(name) != now.options.get(name):
                yield from self._option(name, then.options.get(name), now.options.get(name))
        asked = "off" if self.job.options.stub else self.job.options.verify
        if _VERIFIED_RANK[self.done.verified] < _VERIFIED_RANK[asked]:
            yield Difference(text=f"verification: {self.done.verified} then, {asked} now", effect="again")
        if then.version != now.version:
            yield Difference(text=f"version of ssc_to_nwb: {then.version} then, {now.version} now")
        if self.done.layout != naming.FILE_LAYOUT:
            yield Difference(text=f"layout of the file: {self.done.layout} then, {naming.FILE_LAYOUT} now")

    def _metadata(self, then: SessionInputs, now: SessionInputs) -> Iterator[Difference]:
        """Sections that differ: because other values were given, or because this version has other ones of its own."""
        values_now = self.job.metadata.contents()
        for section in sorted({*then.metadata, *now.metadata}):
            if then.metadata.get(section) == now.metadata.get(section):
                continue
            given_then, given_now = then.given or {}, now.given or {}
            if then.given is None or given_then.get(section) == given_now.get(section):
                yield Difference(text=f"metadata, section {section}, that come with ssc_to_nwb")
            else:
                yield from self._values(section, values_now.get(section))

    def _values(self, section: str, now: Any) -> Iterator[Difference]:
        older = {} if self.contents is None else {section: self.contents.metadata.get(section)}
        values_then, values_now = dict(_flat(older)), dict(_flat({section: now}))
        names = sorted({*values_then, *values_now})
        changed = [name for name in names if values_then.get(name) != values_now.get(name)]
        if not values_then or not changed:
            yield Difference(text=f"metadata, section {section}", effect="contents")
            return
        for name in changed:
            older_value, newer_value = values_then.get(name), values_now.get(name)
            named = (f"metadata {name}",)
            lost, gained = ((), named) if older_value is None else (named, ())
            text = f"metadata {name}: {_short(older_value)} then, {_short(newer_value)} now"
            yield Difference(text=text, effect="contents", lost=lost, gained=gained)

    def _option(self, name: str, then: Any, now: Any) -> Iterator[Difference]:
        text = f"option {name}: {then} then, {now} now"
        if name in ("compression", "chunk_mb"):
            yield Difference(text=text)
        elif name == "raw":
            yield self._raw(text, then, now)
        elif name == "keep_going":
            # A file is the same with it and without it, unless it overcame something.
            if self.done.overcome and not now:
                stops = f"would stop at errors that were overcome: {', '.join(self.done.overcome)}"
                yield Difference(text=f"{text} ({stops})", effect="contents")
        elif name == "allow_unmapped":
            from ssc_to_nwb.data_types.rule import UNMAPPED

            # Without it the conversion would stop at the fields that it kept.
            kept = 1 if self.contents is None else self.contents.rules.get(UNMAPPED.identifier, 0)
            if kept and not now:
                yield Difference(text=text, effect="contents", lost=(plural(kept, "unmapped field"),))
        else:
            yield Difference(text=text, effect="contents")

    def _raw(self, text: str, then: str, now: str) -> Difference:
        roles = [role for _, role in registry.having("layout", "ROLE")]
        if now == "skip":
            written = None if self.contents is None else self.contents.written
            words = {role: kind.value for role, kind in roles}
            lost = ("raw files",) if written is None else _counted(written, words)
            return Difference(text=text, effect="contents" if lost else "none", lost=lost)
        if then == "skip":
            gained = _counted(_raw_files_there(self.job), {kind: kind.value for _, kind in roles})
            return Difference(text=text, effect="contents" if gained else "none", gained=gained)
        missing = self.contents is None or self.contents.found_stacks < self.contents.listed_stacks
        return Difference(text=text, effect="again" if now == "require" and missing else "none")


def _raw_files_there(job: SessionJob) -> Counter[RawFileKind]:
    """Raw files of a session by kind, unpacked or packed. Raises source-not-readable."""
    packed = job.source.packed
    if packed is not None and packed.raw:
        names = [part.target for part in packed.raw]
    else:
        names = list(job.source_state(raw=True))
    return Counter(kind_of_file(name.rpartition("/")[2]) for name in names)


def _counted(counts: Mapping[Any, int], words: Mapping[Any, str]) -> tuple[str, ...]:
    """`12 stacks`, `1 video`: of what has a word."""
    return tuple(plural(counts[key], word) for key, word in words.items() if counts.get(key, 0))


def _flat(values: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Values by dotted key; a list is one value."""
    if not isinstance(values, Mapping):
        yield prefix, values
        return
    for key, value in values.items():
        yield from _flat(value, f"{prefix}.{key}" if prefix else str(key))


def _short(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}..."
