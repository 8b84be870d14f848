"""Kinds of problems: this project's own checks of NWB files, one kind per check."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_RECONVERT = "Correct the times in the source or convert it again; ask who made the file."

# -- time
TIMESTAMPS_NOT_INCREASING = ProblemKind(
    identifier="timestamps-not-increasing",
    severity=Severity.ERROR,
    title="Time stamps don't increase strictly",
    reason="Two samples at the same time, or out of order, break every search by time.",
    remedy=_RECONVERT,
)
TIMESTAMPS_NOT_FINITE = ProblemKind(
    identifier="timestamps-not-finite",
    severity=Severity.ERROR,
    title="Time stamps are NaN or infinite",
    reason="A sample without a time can't be placed.",
    remedy="Leave such samples out, or give them their times.",
)
TIMESTAMPS_OUTSIDE_SESSION = ProblemKind(
    identifier="timestamps-outside-session",
    severity=Severity.ERROR,
    title="Times lie before the session's start or more than a day after it",
    reason="NWB counts seconds from the session's start; milliseconds or another clock's zero end up here.",
    remedy="Check the unit of the times and the zero of the clock.",
)
TIMESTAMPS_AFTER_LAST_TRIAL = ProblemKind(
    identifier="timestamps-after-last-trial",
    severity=Severity.WARNING,
    title="A series goes on after the end of the last trial",
    reason="Where all samples belong to trials, that is a sign of an offset or of a missing trial.",
    remedy="Check the offset of the series; accept the message where the recording outlasted the task.",
)
INTERVAL_TIMES_INVALID = ProblemKind(
    identifier="interval-times-invalid",
    severity=Severity.ERROR,
    title="Intervals stop before they start, or start at no time",
    reason="An interval may be a single instant, but its stop can't lie before its start, and its start must be known.",
    remedy=_RECONVERT,
)
EVENTS_NOT_SORTED = ProblemKind(
    identifier="events-not-sorted",
    severity=Severity.WARNING,
    title="The rows of a table of events are not in the order of time",
    reason="Readers search such tables by bisection, and a NaN in between breaks that too.",
    remedy="Sort the rows by time, and leave out those without one.",
)

# -- trials and events
TRIALS_OUT_OF_ORDER = ProblemKind(
    identifier="trials-out-of-order",
    severity=Severity.WARNING,
    title="Trials overlap, are out of order or bear a number twice",
    reason="An event in two trials belongs to none.",
    remedy=_RECONVERT,
)
EVENT_TRIAL_UNKNOWN = ProblemKind(
    identifier="event-trial-unknown",
    severity=Severity.WARNING,
    title="Events bear the number of a trial that the trials table does not have",
    reason="A trial is missing, or the label is wrong; NaN is the label of events without a trial.",
    remedy="Look up the trial in the source; accept the message where the source leaves it out.",
)
EVENT_OUTSIDE_TRIAL = ProblemKind(
    identifier="event-outside-trial",
    severity=Severity.ERROR,
    title="Events lie outside the trial whose number they bear",
    reason="Label and time contradict each other: an offset between two clocks, or rows that slipped.",
    remedy=_RECONVERT,
)
TRIAL_NUMBERS_BROKEN = ProblemKind(
    identifier="trial-numbers-broken",
    severity=Severity.ERROR,
    title="Trial numbers of samples are no numbers of trials, or are not one per time stamp",
    reason="`data[:] == 7` must select the samples of trial 7; a sample without a number has NaN.",
    remedy="Write the series again, with one whole number or NaN per time stamp.",
)
TOUCH_OUTSIDE_POLE_IN_REACH = ProblemKind(
    identifier="touch-outside-pole-in-reach",
    severity=Severity.WARNING,
    title="Touches lie outside the times when the pole was in reach",
    reason="A whisker can't touch a pole that is out of reach; the tracker erred, or the two clocks differ.",
    remedy="Look at the trace of curvature and the video at these times; accept what the source has so.",
)
TRIAL_TYPE_CONTRADICTION = ProblemKind(
    identifier="trial-type-contradiction",
    severity=Severity.ERROR,
    title="The trial type contradicts the columns response and correct_side",
    reason="HitL means response hit and correct side left, and so on: they say the same thing.",
    remedy="Correct the columns; in a file of this converter it is a defect: report it.",
)
TRIAL_REWARD_MISMATCH = ProblemKind(
    identifier="trial-reward-mismatch",
    severity=Severity.WARNING,
    title="Rewards don't fit the trial type",
    reason="A hit is rewarded at its side, other trials are not; a valve time of NaN explains a hit without water.",
    remedy="Look at the trials named; water given for another reason can be accepted.",
)
TRIAL_LICK_MISMATCH = ProblemKind(
    identifier="trial-lick-mismatch",
    severity=Severity.INFO,
    title="The first lick after the cue does not fit the trial type",
    reason=(
        "It should be at the correct side in a hit, at the other in an error, and absent without an answer; how long "
        "the rig waited for an answer is not known."
    ),
    remedy="Look at the trials named.",
)

# -- tables
RAGGED_INDEX_BROKEN = ProblemKind(
    identifier="ragged-index-broken",
    severity=Severity.ERROR,
    title="The index of a ragged column does not fit its data",
    reason="The ends must not fall, and the last must be the length of the data; else rows get the wrong values.",
    remedy="Write the column and its index again, from the source.",
)
TABLE_REGION_OUT_OF_RANGE = ProblemKind(
    identifier="table-region-out-of-range",
    severity=Severity.ERROR,
    title="A reference to rows of a table names rows that don't exist",
    reason="Row numbers count from 0; numbers that count from 1, or ids in their place, end up here.",
    remedy="Write row numbers, not ids.",
)

# -- imaging
MASK_OUTSIDE_IMAGE = ProblemKind(
    identifier="mask-outside-image",
    severity=Severity.ERROR,
    title="Pixels of a mask lie outside the image",
    reason="x must be a column and y a row, both from 0; exchanged axes or a count from 1 end up here.",
    remedy="Write the masks again, with x and y in NWB's sense.",
)
MASK_EMPTY = ProblemKind(
    identifier="mask-empty",
    severity=Severity.INFO,
    title="ROIs have no pixel",
    reason="The mask was lost; ROIs that the source has no mask of, by the column source_lists, are not counted.",
    remedy="Compare with the source.",
)
TRACES_ROIS_DISAGREE = ProblemKind(
    identifier="traces-rois-disagree",
    severity=Severity.ERROR,
    title="Traces and ROIs don't agree",
    reason="Each column of data must stand for one ROI, of the same plane, and no ROI for two columns.",
    remedy="Join traces to masks by ROI number, never by position.",
)
MASK_WITHOUT_TRACE = ProblemKind(
    identifier="mask-without-trace",
    severity=Severity.INFO,
    title="ROIs with a mask have no trace",
    reason="The source may have masks of ROIs that it gives no trace; else a row was lost.",
    remedy="Compare with the source.",
)
TRACE_EMPTY = ProblemKind(
    identifier="trace-empty",
    severity=Severity.WARNING,
    title="Traces hold nothing but NaN or nothing but zero",
    reason="No sensor gives that; the values were lost, or never computed.",
    remedy="Compare with the source; accept what it has so, with the reason.",
)
EVENT_TRACE_EMPTY = ProblemKind(
    identifier="event-trace-empty",
    severity=Severity.INFO,
    title="Traces of calcium events hold no event",
    reason="A silent cell has none; where all traces of a plane are empty the values may be lost.",
    remedy="Nothing, where only some are.",
)

# -- text, files, storage
PLACEHOLDER_TEXT = ProblemKind(
    identifier="placeholder-text",
    severity=Severity.WARNING,
    title="A text is a placeholder",
    reason="`unknown`, `TODO` and the like look like knowledge to a machine; an empty field says it better.",
    remedy="Write what is known, or leave an optional field out.",
)
EXTERNAL_FILE_MISSING = ProblemKind(
    identifier="external-file-missing",
    severity=Severity.ERROR,
    title="External files are missing or empty",
    reason="The NWB file names files beside it, such as videos, that are part of the data.",
    remedy="Copy them to the place named, or write the NWB file again without them.",
)
EXTERNAL_FILE_OUTSIDE = ProblemKind(
    identifier="external-file-outside",
    severity=Severity.ERROR,
    title="External files lie outside the NWB file's folder",
    reason="An absolute path, a `..` or a link leads nowhere once the folder is copied or uploaded.",
    remedy="Put the files into the folder named as the NWB file, and name them relative to it.",
)
DATASET_UNCOMPRESSED = ProblemKind(
    identifier="dataset-uncompressed",
    severity=Severity.WARNING,
    title="A large data set is not compressed",
    reason="Archives store and send it as it is.",
    remedy="Convert with --compression fast.",
)
CHUNK_TOO_LARGE = ProblemKind(
    identifier="chunk-too-large",
    severity=Severity.WARNING,
    title="A data set's chunks are too large",
    reason="To read one value, a whole chunk has to be fetched and unpacked.",
    remedy="Convert with a smaller --chunk-mb.",
)
CHUNK_TOO_SMALL = ProblemKind(
    identifier="chunk-too-small",
    severity=Severity.WARNING,
    title="A large data set's chunks are too small",
    reason="Each chunk costs a look-up, and over a network a request.",
    remedy="Convert with a larger --chunk-mb.",
)
