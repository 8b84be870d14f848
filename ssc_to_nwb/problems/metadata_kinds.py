"""Kinds of problems with metadata files and with what a session file says of itself."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

METADATA_FILE_UNREADABLE = ProblemKind(
    identifier="metadata-file-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a metadata file",
    reason="It does not exist, is too large, or is not YAML.",
    remedy="Check the path given with --metadata, and the line named.",
)
METADATA_FILE_ENCODING = ProblemKind(
    identifier="metadata-file-encoding",
    severity=Severity.ERROR,
    title="A metadata file is not in UTF-8",
    reason="Read in another encoding than its own, its texts would come out wrong in the archive.",
    remedy="Save the file as UTF-8: most editors ask for the encoding under 'Save as'.",
)
METADATA_KEY_UNKNOWN = ProblemKind(
    identifier="metadata-key-unknown",
    severity=Severity.ERROR,
    title="A metadata key is not known",
    reason="A key with a typo would be left unused in silence.",
    remedy="Correct the key at the line named, to the likely one or to one of those that are known there.",
)
METADATA_VALUE_INVALID = ProblemKind(
    identifier="metadata-value-invalid",
    severity=Severity.ERROR,
    title="A metadata value is not valid",
    reason="The value does not have the type or form that its key asks for.",
    remedy="Correct the value at the line named.",
)
METADATA_VALUE_MISSING = ProblemKind(
    identifier="metadata-value-missing",
    severity=Severity.ERROR,
    title="A required value is neither in the session file nor in the metadata",
    reason="NWB or DANDI needs it, and a placeholder would be a lie in an archive.",
    remedy="Give it in a metadata file (--metadata), under the key named.",
)
METADATA_TEXT_UNREADABLE = ProblemKind(
    identifier="metadata-text-unreadable",
    severity=Severity.ERROR,
    title="Cannot read a value of metaDataHash",
    reason="It is not in the form that the known files have.",
    remedy="Give the right value in a metadata file (--metadata), under the key named.",
)
CLOCK_HOUR_TWICE = ProblemKind(
    identifier="clock-hour-twice",
    severity=Severity.WARNING,
    title="The time of the experiment occurred twice on that day",
    reason="The clock was set back an hour; the session file does not say which of the two hours it means. The first "
    "is taken, and the file's notes say so.",
    remedy="Nothing, where an hour does not matter; else give the right time as session.time_of_experiment.",
)
CLOCK_HOUR_SKIPPED = ProblemKind(
    identifier="clock-hour-skipped",
    severity=Severity.WARNING,
    title="The time of the experiment did not occur on that day",
    reason="The clock was set forward an hour. The rig's clock may have kept the time before, which is what is taken, "
    "or have been in another zone; the file's notes say so.",
    remedy="Check assumptions.timezone and, where it is known better, give session.time_of_experiment.",
)
CENSUS_DIFFERS = ProblemKind(
    identifier="census-differs",
    severity=Severity.INFO,
    title="ROIs and frames are not those of the census",
    reason="A public result table has the sizes of 136 sessions as the lab's own copies had them (metadata/census); "
    "the copies that are given out may be others.",
    remedy="Nothing for the conversion; where another copy of the session can be had, compare the two.",
)
