"""Kinds of problems: whisker angle and curvature change."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

AREA = "Whisker traces"
WHISKER_ROW_UNKNOWN = ProblemKind(
    identifier="whisker-row-unknown",
    severity=Severity.ERROR,
    title="A row of the whisker array is neither an angle nor a curvature change",
    reason="Rows are named 'Angle for <whisker>' and 'Curvature change for <whisker>'.",
    remedy="Look at idStrs of the whisker array. " + REPORT_FILE,
)
WHISKER_ARRAY_MISSING = ProblemKind(
    identifier="whisker-array-missing",
    severity=Severity.WARNING,
    title="The session has no whisker data",
    reason="timeSeriesArrayHash has no whisker array, or an empty one. The NWB file has no whisker angle and no "
    "curvature change.",
    remedy="Nothing, if the whiskers were not tracked in this session. If the array has an unusual key, name it in a "
    "metadata file: source: {array_kinds: {<key>: whisker}}.",
)
