"""Kinds of problems: the trials of a session file."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

AREA = "Trials"
TRIAL_START_MISSING = ProblemKind(
    identifier="trial-start-missing",
    severity=Severity.WARNING,
    title="The start of a trial was not measured",
    reason="The rig writes 0 if the event that begins a trial is missing. start_time is then the first time with the "
    "label of the trial (NaN if there is none), and start_measured is false.",
    remedy="Leave such trials out of analyses that need their start.",
)
TRIALS_NOT_IN_ORDER = ProblemKind(
    identifier="trials-not-in-order",
    severity=Severity.WARNING,
    title="The source does not list the trials in order of time",
    reason="The trials table is sorted by time, because many tools require it.",
    remedy="Nothing. The column source_position has the order of the source.",
)
TRIALS_START_TOGETHER = ProblemKind(
    identifier="trials-start-together",
    severity=Severity.WARNING,
    title="Two trials have the same start",
    reason="Trials follow each other, so one of the two starts is wrong. Both are kept, and the earlier row has no "
    "duration.",
    remedy="Look at trialStartTimes in MATLAB. Tools that do not accept empty intervals leave the earlier row out.",
)
TRIAL_NUMBER_BELOW_ONE = ProblemKind(
    identifier="trial-number-below-one",
    severity=Severity.WARNING,
    title="A trial has a number below 1",
    reason="The rig counts trials from 1 and labels data outside trials with 0. The number is kept.",
    remedy="Look at trialIds in MATLAB before you trust the data of this trial.",
)
SESSION_JOINED = ProblemKind(
    identifier="session-joined",
    severity=Severity.WARNING,
    title="The session was joined from parts, and the time between them is invented",
    reason="The rig places a later file of a session one hour after the start of the last trial of the file before.",
    remedy="Do not use the time between these two trials. Times within each part were measured.",
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
    title="The name of a trial type is not <response><correct side>",
    reason="Known are Hit, Err and NoLick, each with L or R. Outcome and correct side are read from the name.",
    remedy="Look at trialTypeStr in MATLAB. " + REPORT_FILE,
)
TRIAL_TYPE_TWICE = ProblemKind(
    identifier="trial-type-twice",
    severity=Severity.ERROR,
    title="A trial has two types",
    reason="trialTypeMat has more than one 1 in the trial's column.",
    remedy="Look at trialTypeMat in MATLAB.",
)
TRIAL_TYPE_NONE = ProblemKind(
    identifier="trial-type-none",
    severity=Severity.WARNING,
    title="A trial has no type",
    reason="trialTypeMat has no 1 in the trial's column. The trial is kept with the type 'none'.",
    remedy="Leave such trials out of analyses by outcome.",
)
TRIAL_UNKNOWN = ProblemKind(
    identifier="trial-unknown",
    severity=Severity.WARNING,
    title="Data have the label of a trial that is not in trialIds",
    reason="There are samples or events outside every known trial. They are kept with their label.",
    remedy="Nothing. Such data belong to no row of the trials table.",
)
TRIAL_WITHOUT_DATA = ProblemKind(
    identifier="trial-without-data",
    severity=Severity.WARNING,
    title="A trial has no data that show when it ended",
    reason="A trial ends with the last time that has its label. Without one, stop_time is NaN.",
    remedy="Leave such trials out of analyses that need their end.",
)
