"""Kinds of problems met while finding and reading session files."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

NO_SESSION_FOUND = ProblemKind(
    identifier="no-session-found",
    severity=Severity.ERROR,
    title="No session file was found",
    reason="Sessions are found by the names of their files: <animal>_<yyyy>_<mm>_<dd>, a letter after the day if the "
    "animal has two sessions on that day, then _session.mat, _data_struct.mat, _sess.mat or .mat.",
    remedy="Give the folder that holds the session files, or a session file itself; check --session.",
)
SOURCE_MISSING = ProblemKind(
    identifier="source-missing",
    severity=Severity.ERROR,
    title="The source does not exist",
    reason="There is nothing readable at the path given as SOURCE.",
    remedy="Check the path.",
)
SESSION_NAME_UNKNOWN = ProblemKind(
    identifier="session-name-unknown",
    severity=Severity.ERROR,
    title="The file name does not contain animal and date",
    reason="Files and sessions are named after <animal>_<yyyy>_<mm>_<dd>; nothing else in the file is unique.",
    remedy="Rename the file as in the dataset: <animal>_<yyyy>_<mm>_<dd>_session.mat, with a letter after the day if "
    "the animal has two sessions on that day.",
)
SESSION_FOUND_TWICE = ProblemKind(
    identifier="session-found-twice",
    severity=Severity.ERROR,
    title="Two files have the name of the same session",
    reason="Both would be written to one NWB file.",
    remedy="Convert them from different folders into different output folders, or remove one of them.",
)
FIELD_MISSING = ProblemKind(
    identifier="field-missing",
    severity=Severity.ERROR,
    title="A field of the session struct is missing",
    reason="The field is needed to know what the data are.",
    remedy="Compare the file with the field map in the documentation. " + REPORT_FILE,
)
FIELD_TYPE = ProblemKind(
    identifier="field-type",
    severity=Severity.ERROR,
    title="A field of the session struct has an unexpected type",
    reason="The file differs from the known layout. Reading on would be guessing.",
    remedy="Compare the field with the field map in the documentation. " + REPORT_FILE,
)
FIELD_LENGTH = ProblemKind(
    identifier="field-length",
    severity=Severity.ERROR,
    title="A field of the session struct has an unexpected length",
    reason="Arrays that belong together must have the same length. Otherwise values would be matched with the wrong "
    "partner.",
    remedy="Compare the field with the field map in the documentation; the file may be damaged. " + REPORT_FILE,
)
FIELD_VALUE = ProblemKind(
    identifier="field-value",
    severity=Severity.ERROR,
    title="A field of the session struct holds an impossible value",
    reason="The value contradicts the known layout or another field.",
    remedy="Look at the field in MATLAB; the file may be damaged. " + REPORT_FILE,
)
HASH_KEY_TWICE = ProblemKind(
    identifier="hash-key-twice",
    severity=Severity.ERROR,
    title="A key occurs twice in a Hash",
    reason="One of the two values would hide the other.",
    remedy="Look at keyNames in MATLAB; rename one of the keys. " + REPORT_FILE,
)
NAME_NOT_DISTINCT = ProblemKind(
    identifier="name-not-distinct",
    severity=Severity.ERROR,
    title="Two names of the source would become the same name in the NWB file",
    reason="Names in the NWB file are the source's keys in lower case with underscores. One would hide the other.",
    remedy="Rename one of the two in MATLAB.",
)
TIME_UNIT_UNKNOWN = ProblemKind(
    identifier="time-unit-unknown",
    severity=Severity.ERROR,
    title="The time unit is not in the file's own table",
    reason="timeUnit must be an id in timeUnitIds, whose name in timeUnitNames is a known unit.",
    remedy="Look at timeUnitIds and timeUnitNames; the file may be damaged. " + REPORT_FILE,
)
TIME_BACKWARDS = ProblemKind(
    identifier="time-backwards",
    severity=Severity.ERROR,
    title="Times go backwards",
    reason="Time stamps must increase. Otherwise samples cannot be placed in time.",
    remedy="Look at the time vector around the position that is named.",
)
EVENTS_NOT_IN_ORDER = ProblemKind(
    identifier="events-not-in-order",
    severity=Severity.WARNING,
    title="The source does not list the events of a series in order of time",
    reason="Tables of events are sorted by time, because many tools require it.",
    remedy="Nothing. The column source_position has the order of the source.",
)
TIME_REPEATED = ProblemKind(
    identifier="time-repeated",
    severity=Severity.WARNING,
    title="A time stamp occurs twice",
    reason="Two samples have the same time; both are kept.",
    remedy="Nothing for the conversion. An analysis that needs strictly increasing times must choose one.",
)
ARRAY_KIND_UNKNOWN = ProblemKind(
    identifier="array-kind-unknown",
    severity=Severity.ERROR,
    title="Cannot determine what this array contains",
    reason="Its key and description name none of whisker, dF/F, raw fluorescence and calcium events, or more than one.",
    remedy="Name it in a metadata file: source: {array_kinds: {<key>: whisker|dff|raw|event}}; or convert with "
    "--allow-unmapped, which keeps the array verbatim. " + REPORT_FILE,
)
ARRAY_KIND_TWICE = ProblemKind(
    identifier="array-kind-twice",
    severity=Severity.ERROR,
    title="Two arrays of the same kind hold the same ROIs",
    reason="One of them would hide the other, or one of them is of another kind than its name says.",
    remedy="Name the kinds in a metadata file: source: {array_kinds: {'value{3}': event}}.",
)
ARRAYS_DISAGREE = ProblemKind(
    identifier="arrays-disagree",
    severity=Severity.ERROR,
    title="The arrays of one subvolume have different imaging planes",
    reason="dF/F, raw fluorescence and events of a subvolume must come from the same frames and the same ROIs.",
    remedy="Compare imagingPlane and descrHash of the two arrays in MATLAB. " + REPORT_FILE,
)
WHISKER_ROW_UNKNOWN = ProblemKind(
    identifier="whisker-row-unknown",
    severity=Severity.ERROR,
    title="A row of the whisker array is neither an angle nor a curvature change",
    reason="Rows are named 'Angle for <whisker>' and 'Curvature change for <whisker>'.",
    remedy="Look at idStrs of the whisker array. " + REPORT_FILE,
)
ROI_NUMBER_TWICE = ProblemKind(
    identifier="roi-number-twice",
    severity=Severity.ERROR,
    title="An ROI number occurs twice",
    reason="ROI numbers are unique within a session; masks and traces are joined by them.",
    remedy="Look at the ids that are named.",
)
ROI_WITHOUT_PLANE = ProblemKind(
    identifier="roi-without-plane",
    severity=Severity.ERROR,
    title="A trace belongs to an ROI that no imaging plane lists",
    reason="Without its plane, the ROI has no place in the tissue.",
    remedy="Look at ids of the array and of its imagingPlane entries.",
)
ROI_WITHOUT_RECORD = ProblemKind(
    identifier="roi-without-record",
    severity=Severity.WARNING,
    title="An ROI has no record of its mask",
    reason="rois does not have a number that ids has. The traces are kept; the mask is empty.",
    remedy="Nothing. Such ROIs have traces and no place in the image.",
)
ROI_WITHOUT_TRACE = ProblemKind(
    identifier="roi-without-trace",
    severity=Severity.WARNING,
    title="An ROI has a mask and no trace",
    reason="Some ROIs of a plane have no row in the arrays. Their masks are kept.",
    remedy="Nothing.",
)
ROI_PIXEL_OUTSIDE = ProblemKind(
    identifier="roi-pixel-outside",
    severity=Severity.ERROR,
    title="An ROI has a pixel outside the image",
    reason="indicesWithinImage are 1-based, column-major positions in an image of the size of the master image.",
    remedy="Compare indicesWithinImage with the size of masterImage.",
)
FRAME_INDEX_OUTSIDE = ProblemKind(
    identifier="frame-index-outside",
    severity=Severity.ERROR,
    title="A frame index points outside the list of files",
    reason="Row 1 of sourceFileFrameIdx is a position in sourceFileList; row 2 counts frames from 1.",
    remedy="Look at sourceFileFrameIdx at the position that is named.",
)
PLANE_NAME_UNKNOWN = ProblemKind(
    identifier="plane-name-unknown",
    severity=Severity.WARNING,
    title="The file names do not contain the name of the imaging plane",
    reason="Planes are named after the folder fov_VVPPP of their stacks. This one is named after its position.",
    remedy="If the folders have other names, set source.fov_pattern in a metadata file.",
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
    title="The name of a touch series does not contain direction and whisker",
    reason="Series are named 'Protraction contacts for <whisker>' and 'Retraction contacts for <whisker>'.",
    remedy="Look at idStrs of the touches. " + REPORT_FILE,
)
FILE_NAME_DISAGREES = ProblemKind(
    identifier="file-name-disagrees",
    severity=Severity.ERROR,
    title="The file name contradicts metaDataHash",
    reason="The file may have been renamed. Its data would be archived under the wrong animal or day.",
    remedy="Give the file its right name.",
)
FILE_NAME_OF_OTHER_DAY = ProblemKind(
    identifier="file-name-of-other-day",
    severity=Severity.WARNING,
    title="The name of a copy has a different day than dateOfExperiment",
    reason="Names that end in _sess.mat or .mat alone were chosen by whoever saved the copy. The session is named "
    "after the file; its start is on the day that the file's content says.",
    remedy="Find out which day is right. If it is dateOfExperiment, rename the file and convert it again.",
)
UNKNOWN_KEY_KEPT = ProblemKind(
    identifier="unknown-key-kept",
    severity=Severity.WARNING,
    title="An unknown key is kept verbatim",
    reason="The file has a key that the known layout does not have.",
    remedy="Look at it. If it should have a place of its own, report it with the output of `ssc-to-nwb describe FILE`.",
)
VALUES_NAN = ProblemKind(
    identifier="values-nan",
    severity=Severity.WARNING,
    title="Values are not a number (NaN)",
    reason="NaN marks failed tracking, or a plane without a frame. It is kept.",
    remedy="Nothing for the conversion. Analyses must expect NaN.",
)
