"""Kinds of problems met with the trials of a session file."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

TRIAL_START_MISSING = ProblemKind(
    identifier="trial-start-missing",
    severity=Severity.WARNING,
    title="The start of a trial was not measured",
    reason="The rig writes 0 where the event that begins a trial is missing. start_time is then the first time that is "
    "labelled with the trial (NaN without any), and start_measured is false.",
    remedy="Leave such trials out of analyses that need their start.",
)
TRIALS_NOT_IN_ORDER = ProblemKind(
    identifier="trials-not-in-order",
    severity=Severity.WARNING,
    title="The source does not list the trials in the order of time",
    reason="Rows of the trials table are in the order of time, because many tools ask for it.",
    remedy="Nothing to do for the conversion; the column source_position has the order of the source.",
)
TRIALS_START_TOGETHER = ProblemKind(
    identifier="trials-start-together",
    severity=Severity.WARNING,
    title="Two trials have the same start",
    reason="One trial follows another, so that one of the two starts is wrong; both are kept as they are. The earlier "
    "row ends where it begins.",
    remedy="Look at trialStartTimes in MATLAB; tools that know no empty intervals leave the earlier row out.",
)
TRIAL_NUMBER_BELOW_ONE = ProblemKind(
    identifier="trial-number-below-one",
    severity=Severity.WARNING,
    title="A trial has a number below 1",
    reason="The rig counts trials from 1, and 0 is its label for data of no trial; the number is kept as it is.",
    remedy="Look at trialIds in MATLAB before you trust the data of this trial.",
)
SESSION_JOINED = ProblemKind(
    identifier="session-joined",
    severity=Severity.WARNING,
    title="The session is joined from parts, and the time between them is made up",
    reason="The rig puts a later file of a session one hour after the start of the last trial of the file before.",
    remedy="Do not use the time between these two trials; times within each part are measured.",
)
TRIAL_NUMBER_TWICE = ProblemKind(
    identifier="trial-number-twice",
    severity=Severity.ERROR,
    title="A trial number occurs twice",
    reason="Everything else refers to trials by number.",
    remedy="Look at trialIds in MATLAB.",
)
TRIAL_TYPE_UNKNOWN = ProblemKind(
    identifier="trial-type-unknown",
    severity=Severity.ERROR,
    title="A trial type is not <response><correct side>",
    reason="Known are Hit, Err and NoLick with L or R; outcome and correct side are read from the name.",
    remedy="Look at trialTypeStr in MATLAB. " + REPORT_FILE,
)
TRIAL_TYPE_TWICE = ProblemKind(
    identifier="trial-type-twice",
    severity=Severity.ERROR,
    title="A trial is of two types at once",
    reason="trialTypeMat has more than one 1 in the trial's column.",
    remedy="Look at trialTypeMat in MATLAB.",
)
TRIAL_TYPE_NONE = ProblemKind(
    identifier="trial-type-none",
    severity=Severity.WARNING,
    title="A trial is of no type",
    reason="trialTypeMat has no 1 in the trial's column; the trial is kept, its type is written as 'none'.",
    remedy="Leave such trials out of analyses by outcome.",
)
TRIAL_UNKNOWN = ProblemKind(
    identifier="trial-unknown",
    severity=Severity.WARNING,
    title="Data are labelled with a trial number that is not in trialIds",
    reason="Samples or events outside every known trial occur; they are kept with their number.",
    remedy="Nothing to do for the conversion; such data belong to no row of the trials table.",
)
TRIAL_WITHOUT_DATA = ProblemKind(
    identifier="trial-without-data",
    severity=Severity.WARNING,
    title="A trial has no data from which its end could be told",
    reason="A stop is the last time stamp labelled with the trial; without one the stop is written as NaN.",
    remedy="Leave such trials out of analyses that need their end.",
)
