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
TIME_REPEATED = ProblemKind(
    identifier="time-repeated",
    severity=Severity.WARNING,
    title="A time stamp occurs twice",
    reason="Two samples have the same time; both are kept.",
    remedy="Nothing for the conversion. An analysis that needs strictly increasing times must choose one.",
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
VALUES_INFINITE = ProblemKind(
    identifier="values-infinite",
    severity=Severity.WARNING,
    title="Values are infinite",
    reason="A value was divided by zero, or is not a measurement. It is kept. One infinite value makes a mean "
    "infinite.",
    remedy="Leave infinite values out of analyses, as you do with NaN.",
)
