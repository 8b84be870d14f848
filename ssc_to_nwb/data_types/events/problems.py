"""Kinds of problems: the event series."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

AREA = "Events"
EVENTS_NOT_IN_ORDER = ProblemKind(
    identifier="events-not-in-order",
    severity=Severity.WARNING,
    title="The source does not list the events of a series in order of time",
    reason="Tables of events are sorted by time, because many tools require it.",
    remedy="Nothing. The column source_position has the order of the source.",
)
EVENT_COUNT_ODD = ProblemKind(
    identifier="event-count-odd",
    severity=Severity.ERROR,
    title="An on/off series has an odd number of times",
    reason="Times are listed as on, off, on, off. One is missing, and every later pair would be wrong.",
    remedy="Look at eventTimes of the series.",
)
EVENT_OFF_BEFORE_ON = ProblemKind(
    identifier="event-off-before-on",
    severity=Severity.ERROR,
    title="An event ends before it begins",
    reason="Times are listed as on, off, on, off.",
    remedy="Look at eventTimes of the series at the position that is named.",
)
EVENT_ACROSS_TRIALS = ProblemKind(
    identifier="event-across-trials",
    severity=Severity.ERROR,
    title="An event begins in one trial and ends in another",
    reason="On and off of one event must have the same trial number.",
    remedy="Look at eventTrials of the series at the position that is named.",
)
EVENT_TYPE = ProblemKind(
    identifier="event-type",
    severity=Severity.ERROR,
    title="The type of an event series contradicts its name",
    reason="Type 1 means points (licks), type 2 means on/off pairs (pole, touches, rewards, cue).",
    remedy="Look at type and eventTimes of the series. " + REPORT_FILE,
)
TOUCH_LABEL_UNKNOWN = ProblemKind(
    identifier="touch-label-unknown",
    severity=Severity.ERROR,
    title="The name of a touch series does not say what touches, and in which direction",
    reason="Series are named as 'Protraction contacts for c2' and 'Retraction contacts for c2'.",
    remedy="Look at idStrs of the touches. " + REPORT_FILE,
)
