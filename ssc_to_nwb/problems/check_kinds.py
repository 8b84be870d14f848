"""Kinds of problems: this project's own checks of NWB files, one kind per check."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_RECONVERT = "Correct the times in the source, or convert it again. Ask who made the file."

# -- time
TIMESTAMPS_NOT_INCREASING = ProblemKind(
    identifier="timestamps-not-increasing",
    severity=Severity.ERROR,
    title="Time stamps do not increase strictly",
    reason="Two samples with the same time, or out of order, break every search by time.",
    remedy=_RECONVERT,
)
TIMESTAMPS_NOT_FINITE = ProblemKind(
    identifier="timestamps-not-finite",
    severity=Severity.ERROR,
    title="Time stamps are NaN or infinite",
    reason="A sample without a time cannot be placed.",
    remedy="Leave such samples out, or give them their times.",
)
TIMESTAMPS_OUTSIDE_SESSION = ProblemKind(
    identifier="timestamps-outside-session",
    severity=Severity.ERROR,
    title="Times are before the session's start or more than a day after it",
    reason="NWB counts seconds from the session's start. Milliseconds, or another zero of the clock, cause this.",
    remedy="Check the unit of the times and the zero of the clock.",
)
TIMESTAMPS_AFTER_LAST_TRIAL = ProblemKind(
    identifier="timestamps-after-last-trial",
    severity=Severity.WARNING,
    title="A series continues after the end of the last trial",
    reason="If all samples belong to trials, this is a sign of an offset or of a missing trial.",
    remedy="Check the offset of the series. Accept the message if the recording was longer than the task.",
)
INTERVAL_TIMES_INVALID = ProblemKind(
    identifier="interval-times-invalid",
    severity=Severity.ERROR,
    title="Intervals stop before they start, or have no start",
    reason="An interval may have zero length, but it cannot stop before it starts, and it must have a start.",
    remedy=_RECONVERT,
)
EVENTS_NOT_SORTED = ProblemKind(
    identifier="events-not-sorted",
    severity=Severity.WARNING,
    title="The rows of a table of events are not in order of time",
    reason="Tools search such tables by bisection, which also fails at a NaN.",
    remedy="Sort the rows by time, and leave out those without one.",
)

# -- trials and events
TRIALS_OUT_OF_ORDER = ProblemKind(
    identifier="trials-out-of-order",
    severity=Severity.WARNING,
    title="Trials overlap, are out of order or have the same number",
    reason="An event in two trials belongs to none of them.",
    remedy=_RECONVERT,
)
EVENT_TRIAL_UNKNOWN = ProblemKind(
    identifier="event-trial-unknown",
    severity=Severity.WARNING,
    title="Events have a trial number that is not in the trials table",
    reason="A trial is missing, or the label is wrong. Events without a trial have the label NaN.",
    remedy="Look for the trial in the source. Accept the message if the source does not have it.",
)
EVENT_OUTSIDE_TRIAL = ProblemKind(
    identifier="event-outside-trial",
    severity=Severity.ERROR,
    title="Events are outside the trial that they are labelled with",
    reason="Label and time contradict each other. Two clocks may have an offset, or rows may be shifted.",
    remedy=_RECONVERT,
)
TRIAL_NUMBERS_BROKEN = ProblemKind(
    identifier="trial-numbers-broken",
    severity=Severity.ERROR,
    title="Trial numbers of samples are not numbers of trials, or not one per time stamp",
    reason="`data[:] == 7` must select the samples of trial 7. A sample without a number has NaN.",
    remedy="Write the series again, with one whole number or NaN per time stamp.",
)
TOUCH_OUTSIDE_POLE_IN_REACH = ProblemKind(
    identifier="touch-outside-pole-in-reach",
    severity=Severity.WARNING,
    title="Touches are outside the times when the pole was in reach",
    reason="Nothing can touch a pole that is out of reach. The tracker was wrong, or the two clocks differ.",
    remedy="Look at the curvature and the video at these times. Accept the message if the source has them.",
)
TRIAL_TYPE_CONTRADICTION = ProblemKind(
    identifier="trial-type-contradiction",
    severity=Severity.ERROR,
    title="The trial type contradicts the columns response and correct_side",
    reason="HitL means response hit and correct side left, and so on.",
    remedy="Correct the columns. In a file of this converter it is a defect: report it.",
)
TRIAL_REWARD_MISMATCH = ProblemKind(
    identifier="trial-reward-mismatch",
    severity=Severity.WARNING,
    title="Rewards do not fit the trial type",
    reason="A hit is rewarded on its side, other trials are not. A valve time of NaN explains a hit without water.",
    remedy="Look at the trials that are named. Accept the message if water was given for another reason.",
)
TRIAL_LICK_MISMATCH = ProblemKind(
    identifier="trial-lick-mismatch",
    severity=Severity.INFO,
    title="The first lick after the cue does not fit the trial type",
    reason=(
        "In a hit it should be on the correct side, in an error on the other side, and it is absent without an "
        "answer. It is not known how long the rig waited for an answer."
    ),
    remedy="Look at the trials that are named.",
)

# -- tables
RAGGED_INDEX_BROKEN = ProblemKind(
    identifier="ragged-index-broken",
    severity=Severity.ERROR,
    title="The index of a ragged column does not fit its data",
    reason="The ends must not decrease, and the last one must be the length of the data. Otherwise rows get the wrong "
    "values.",
    remedy="Write the column and its index again, from the source.",
)
TABLE_REGION_OUT_OF_RANGE = ProblemKind(
    identifier="table-region-out-of-range",
    severity=Severity.ERROR,
    title="A reference to rows of a table names rows that do not exist",
    reason="Row numbers count from 0. Numbers that count from 1, or ids instead of row numbers, cause this.",
    remedy="Write row numbers, not ids.",
)

# -- imaging
MASK_OUTSIDE_IMAGE = ProblemKind(
    identifier="mask-outside-image",
    severity=Severity.ERROR,
    title="Pixels of a mask are outside the image",
    reason="x must be a column and y a row, both counted from 0. Exchanged axes, or counting from 1, cause this.",
    remedy="Write the masks again, with x and y in NWB's sense.",
)
MASK_EMPTY = ProblemKind(
    identifier="mask-empty",
    severity=Severity.INFO,
    title="ROIs with empty masks",
    reason="The masks were lost. ROIs whose masks the source does not have (column source_lists) are not counted.",
    remedy="Compare with the source.",
)
TRACES_ROIS_DISAGREE = ProblemKind(
    identifier="traces-rois-disagree",
    severity=Severity.ERROR,
    title="Traces do not match the ROIs",
    reason="Each column of data must belong to one ROI of the same plane, and no ROI to two columns.",
    remedy="Join traces to masks by ROI number, never by position.",
)
MASK_WITHOUT_TRACE = ProblemKind(
    identifier="mask-without-trace",
    severity=Severity.INFO,
    title="ROIs with a mask and without a trace",
    reason="The source may have masks of ROIs without traces. Otherwise a row was lost.",
    remedy="Compare with the source.",
)
TRACE_EMPTY = ProblemKind(
    identifier="trace-empty",
    severity=Severity.WARNING,
    title="Traces that are all NaN or all zero",
    reason="No sensor measures that. The values were lost or never computed.",
    remedy="Compare with the source. If the source has them, accept the message with the reason.",
)
EVENT_TRACE_EMPTY = ProblemKind(
    identifier="event-trace-empty",
    severity=Severity.INFO,
    title="Traces of calcium events without any event",
    reason="A silent cell has none. If all traces of a plane are empty, the values may be lost.",
    remedy="Nothing, if only some are empty.",
)

# -- text, files, storage
PLACEHOLDER_TEXT = ProblemKind(
    identifier="placeholder-text",
    severity=Severity.WARNING,
    title="A text is a placeholder",
    reason="`unknown`, `TODO` and the like look like information to a program. An empty field is better.",
    remedy="Write what is known, or leave an optional field empty.",
)
EXTERNAL_FILE_MISSING = ProblemKind(
    identifier="external-file-missing",
    severity=Severity.ERROR,
    title="External files are missing or empty",
    reason="The NWB file names files beside it, such as videos, which are part of the data.",
    remedy="Copy them to the path that is named, or write the NWB file again without them.",
)
EXTERNAL_FILE_OUTSIDE = ProblemKind(
    identifier="external-file-outside",
    severity=Severity.ERROR,
    title="External files are outside the folder of the NWB file",
    reason="An absolute path, a `..` or a link leads nowhere after the folder is copied or uploaded.",
    remedy="Put the files into the folder with the name of the NWB file, and name them relative to it.",
)
DATASET_UNCOMPRESSED = ProblemKind(
    identifier="dataset-uncompressed",
    severity=Severity.WARNING,
    title="A large dataset is not compressed",
    reason="Archives store and transfer it as it is.",
    remedy="Convert with --compression fast.",
)
CHUNK_TOO_LARGE = ProblemKind(
    identifier="chunk-too-large",
    severity=Severity.WARNING,
    title="The chunks of a dataset are too large",
    reason="To read one value, a whole chunk must be fetched and decompressed.",
    remedy="Convert with a smaller --chunk-mb.",
)
CHUNK_TOO_SMALL = ProblemKind(
    identifier="chunk-too-small",
    severity=Severity.WARNING,
    title="The chunks of a large dataset are too small",
    reason="Each chunk costs a look-up and, over a network, a request.",
    remedy="Convert with a larger --chunk-mb.",
)
