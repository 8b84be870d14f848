"""Kinds of problems: what metaDataHash says of the session."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

AREA = "Session"
METADATA_TEXT_UNREADABLE = ProblemKind(
    identifier="metadata-text-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a value of metaDataHash",
    reason="It does not have the form that is known from other files.",
    remedy="Give the right value in a metadata file (--metadata), under the key that is named.",
)
CLOCK_HOUR_TWICE = ProblemKind(
    identifier="clock-hour-twice",
    severity=Severity.WARNING,
    title="The time of the experiment occurred twice on that day",
    reason="The clock was set back by an hour, and the session file does not say which of the two hours it means. The "
    "first one is used, and the file's notes say so.",
    remedy="Nothing, if an hour does not matter. Otherwise give the right time as session.time_of_experiment.",
)
CLOCK_HOUR_SKIPPED = ProblemKind(
    identifier="clock-hour-skipped",
    severity=Severity.WARNING,
    title="The time of the experiment did not occur on that day",
    reason="The clock was set forward by an hour. The rig's clock may have kept the old time, which is assumed, or "
    "may have been in another time zone. The file's notes say so.",
    remedy="Check assumptions.timezone. If you know the time, give it as session.time_of_experiment.",
)
