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
    title="A metadata file is not UTF-8",
    reason="In another encoding, its texts would be wrong in the archive.",
    remedy="Save the file as UTF-8: most editors ask for the encoding under 'Save as'.",
)
METADATA_KEY_UNKNOWN = ProblemKind(
    identifier="metadata-key-unknown",
    severity=Severity.ERROR,
    title="Unknown metadata key",
    reason="A misspelt key would be ignored without notice.",
    remedy="Correct the key at the line that is named. The message lists the most similar key, or the known ones.",
)
METADATA_VALUE_INVALID = ProblemKind(
    identifier="metadata-value-invalid",
    severity=Severity.ERROR,
    title="Invalid metadata value",
    reason="The value does not have the type or form that its key asks for.",
    remedy="Correct the value at the line that is named.",
)
METADATA_VALUE_MISSING = ProblemKind(
    identifier="metadata-value-missing",
    severity=Severity.ERROR,
    title="A required value is missing from the session file and the metadata",
    reason="NWB or DANDI requires it. A placeholder would be false information in an archive.",
    remedy="Give it in a metadata file (--metadata), under the key that is named.",
)
CENSUS_DIFFERS = ProblemKind(
    identifier="census-differs",
    severity=Severity.INFO,
    title="Numbers of ROIs and frames differ from the census",
    reason="A public table has the sizes of 136 sessions in the lab's own copies (metadata/census). The copies that "
    "you can download may differ.",
    remedy="Nothing for the conversion. Please report the difference: it is the first evidence either way.",
)
