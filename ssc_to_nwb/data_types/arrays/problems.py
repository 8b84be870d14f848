"""Kinds of problems: the entries of timeSeriesArrayHash as such."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

AREA = "Arrays"
ARRAY_KIND_UNKNOWN = ProblemKind(
    identifier="array-kind-unknown",
    severity=Severity.ERROR,
    title="Cannot determine what this array contains",
    reason="Its key and description name no kind of array, or more than one.",
    remedy="Name it in a metadata file: source: {array_kinds: {<key>: <kind>}}; or convert with "
    "--allow-unmapped, which keeps the array verbatim. " + REPORT_FILE,
)
ARRAY_KIND_TWICE = ProblemKind(
    identifier="array-kind-twice",
    severity=Severity.ERROR,
    title="Two arrays of the same kind hold the same ROIs",
    reason="One of them would hide the other, or one of them is of another kind than its name says.",
    remedy="Name the kinds in a metadata file: source: {array_kinds: {'value{3}': event}}.",
)
