"""How a check of this project is made: a function of one NWB object, registered with nwbinspector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nwbinspector import Importance, InspectorMessage, available_checks, register_check

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.quantities import listed

Check = Callable[[Any], Any]
CheckFunction = Callable[[Any], str | None]

IMPORTANCE = {
    Severity.ERROR: Importance.CRITICAL,
    Severity.WARNING: Importance.BEST_PRACTICE_VIOLATION,
    Severity.INFO: Importance.BEST_PRACTICE_SUGGESTION,
}
_SHOWN = 5


def project_check(kind: ProblemKind, *, neurodata_type: type | None) -> Callable[[CheckFunction], Check]:
    """Make a nwbinspector check of a function that returns what is wrong with an object, or None.

    The check has its kind as `kind`. register_check also puts it into nwbinspector's list of this process; it is
    taken out again, so that to import a check changes nobody's inspection. `ssc_to_nwb.validate.checks` puts all in.
    """

    def decorate(function: CheckFunction) -> Check:
        def as_message(neurodata_object: Any) -> InspectorMessage | None:
            text = function(neurodata_object)
            return None if text is None else InspectorMessage(message=text)

        as_message.__name__ = function.__name__
        as_message.__doc__ = function.__doc__
        check: Check = register_check(importance=IMPORTANCE[kind.severity], neurodata_type=neurodata_type)(as_message)
        available_checks.remove(check)
        check.kind = kind  # type: ignore[attr-defined]
        return check

    return decorate


def kind_of(check: Check) -> ProblemKind | None:
    """The kind of a check of this project; None for a check of nwbinspector."""
    kind = getattr(check, "kind", None)
    return kind if isinstance(kind, ProblemKind) else None


def examples(items: Sequence[object]) -> str:
    """The first few items, and how many more there are: `3, 4, 8, 9, 12 and 7 more`."""
    return listed(items, most=_SHOWN)


def some_of(bad: Sequence[object], count: int, what: str) -> str | None:
    """`2 of 9 trials: 3, 4.`; None where there are none."""
    return f"{len(bad)} of {count} {what}: {examples(bad)}." if bad else None


def all_said(found: Sequence[str]) -> str | None:
    """One text of several, with a full stop; None where there are none."""
    return f"{'; '.join(found)}." if found else None
