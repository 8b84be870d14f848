"""Which texts of a session file may be shown: those made of the words of its known vocabulary, all others masked.

A description is meant to be pasted where anybody reads it. Names of people, machines and folders must not be in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ssc_to_nwb.data_types import registry

_WORDS = """
a accessible after amplitude and angle animal area array at auditory available averaged background barrel baseline
batch before behavior bilateral bout by ca calcium cell cells chan change channel collect computed contact contacts
contralateral corners correct corrected correlation cortex count cr cue current curvature curve data day deconvolved
degrees delay delivery delta df dff direction done duration during each electrode end epoch err errl error errr
event events extracted f fa file files filtered first fluo fluorescence for fov frame frames from green hit hitl
hitr hour id ids image imaging imreg in index indicating input ipsilateral is kappa label last left length lick
lickport licks list location main mask masks master max maximal mean median merged message microsteps millimeter
millisecond min minute miss missing mm modified motor ms nan neuron neurons neuropil noise nolickl nolickr none
number of off on onset open or out outline over per phase pixel pixels plane point pole position pretrial
probability property protraction raw reach red reference registration relative reported retraction reward right roi
rois s sample samples sec second seconds session set setpoint side signal smoothed spike spikes stack start state
std steps stimulus stop string subvolume task the theta tif tiff time times to tone touch touched touches trace
traces trial trials ts tsa type units unknown valid value valve variables vector velocity volume was water wave
wheel when which with within zaber zscore
"""
_VOCABULARY = frozenset(_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+|\d+")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_HIDDEN = "…"
_ROOT = "imaging_data"


class Masking:
    """Masks texts; no word of `people` is ever shown, whatever it is in."""

    def __init__(self, people: Iterable[str] = ()) -> None:
        words = {word.casefold() for text in people for word in _WORD.findall(text) if len(word) > 1}
        self._vocabulary = _VOCABULARY.union(*(words for _, words in registry.having("source", "WORDS")))
        self._names = [names for _, names in registry.having("source", "NAMES")]
        self._people = words - self._vocabulary

    def text(self, text: str) -> str:
        """The text with its numbers as N and unknown words as an ellipsis: `Ca TS for N`, `Angle for c2`."""
        return re.sub(r"(…[^\w…]*){2,}", f"{_HIDDEN} ", self._masked(text)).strip()

    def name(self, name: str) -> str:
        """A name of a field or key, which is what a description is about; one that is no identifier is masked."""
        parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
        of_people = self._people & {name.casefold(), *(part.casefold() for part in parts)}
        return self.text(name) if _IDENTIFIER.fullmatch(name) is None or of_people else name

    def path_forms(self, paths: Sequence[str]) -> Counter[str]:
        """How often each form of a path occurs; what comes before `imaging_data` is never shown."""
        return Counter(self._path_form(path) for path in paths)

    def _masked(self, text: str) -> str:
        result, place = [], 0
        for match in re.finditer(r"[A-Za-z]\d(?![^\W_])|[^\W\d_]+|\d+|_", text):
            result += [
                re.sub(r"[^\s/,.:;()\[\]{}=+*%\"'-]", _HIDDEN, text[place : match.start()]),
                self._word(match[0]),
            ]
            place = match.end()
        return "".join([*result, re.sub(r"[^\s/,.:;()\[\]{}=+*%\"'-]", _HIDDEN, text[place:])])

    def _word(self, word: str) -> str:
        if word == "_":
            return word
        if word.isdigit():
            return "N"
        shown = word.casefold() in self._vocabulary or any(names.fullmatch(word) for names in self._names)
        return word if shown and word.casefold() not in self._people else _HIDDEN

    def _path_form(self, path: str) -> str:
        parts = path.replace("\\", "/").split("/")
        if _ROOT in parts:
            parts = [_HIDDEN, *parts[len(parts) - 1 - parts[::-1].index(_ROOT) :]]
        else:
            parts = [_HIDDEN, *parts[-3:]] if len(parts) > 3 else parts
        form = "/".join(part if part in ("", _HIDDEN, _ROOT) else self._part_form(part) for part in parts)
        return form.replace("/", "\\") if "\\" in path else form

    def _part_form(self, part: str) -> str:
        if re.fullmatch(r"fov_\d{5}", part):
            return "fov_VVPPP"
        session = re.sub(r"[A-Za-z]*\d+_\d{4}_\d{2}_\d{2}[a-z]?(?=_|$)", "<session>", part)
        return "<session>".join(self.text(piece) if piece else "" for piece in session.split("<session>"))
