"""Kinds of problems: validate, apart from this project's own checks of NWB files (`check_kinds`)."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

NO_NWB_FILE = ProblemKind(
    identifier="no-nwb-file",
    severity=Severity.ERROR,
    title="There is no NWB file at this path",
    reason="The path does not exist, or no file below it ends in .nwb or .nwb.zarr.",
    remedy="Give an NWB file, or a folder with NWB files.",
)
NWB_UNREADABLE = ProblemKind(
    identifier="nwb-unreadable",
    severity=Severity.ERROR,
    title="Cannot read an NWB file",
    reason="The file is damaged, cut short or not an NWB file, or a program has it open for writing.",
    remedy="Check the path, and close other programs. If it is the file of a session, it is damaged: convert the "
    "session again with --overwrite, or download the file again and compare its checksum.",
)
LAYOUT_NOT_CHECKED = ProblemKind(
    identifier="layout-not-checked",
    severity=Severity.WARNING,
    title="The file has another layout, and the checks of this project were left out",
    reason="The checks look for objects where this version of the program puts them. Schema, nwbinspector and DANDI's "
    "rules were checked.",
    remedy="Older layout: convert the session again with --overwrite to have the file checked in full. Newer layout: "
    "install a newer version of ssc_to_nwb.",
)
VALUE_CONTRADICTS = ProblemKind(
    identifier="value-contradicts",
    severity=Severity.ERROR,
    title="A value contradicts the rest of the file",
    reason="The value is derived or written twice. It was computed again from the other values in the file.",
    remedy="Compare the checksum of the file with the archive's and download it again. If they agree, convert the "
    "session again with --overwrite, and report it if the message stays.",
)
RECORD_MISSING = ProblemKind(
    identifier="record-missing",
    severity=Severity.WARNING,
    title="The record of the source is missing from the file",
    reason="Files of this program hold their source's fields and metadata in processing/source. Without it, the values "
    "that are named cannot be checked, and the file can be neither verified nor restored.",
    remedy="Download the file again, or convert the session again with --overwrite.",
)
DERIVED_VALUES_NOT_CHECKED = ProblemKind(
    identifier="derived-values-not-checked",
    severity=Severity.INFO,
    title="Derived values were not checked",
    reason="They are checked in files that this program made of whole sessions. Schema, nwbinspector and DANDI's rules "
    "were checked.",
    remedy="Nothing.",
)
NWB_READ_WARNING = ProblemKind(
    identifier="nwb-read-warning",
    severity=Severity.WARNING,
    title="pynwb warned about the NWB file",
    reason="pynwb or hdmf read something that should not be in the file.",
    remedy="See the message. If it is about the version of pynwb, try a newer one.",
)
ZARR_SUPPORT_MISSING = ProblemKind(
    identifier="zarr-support-missing",
    severity=Severity.ERROR,
    title="Files that end in .nwb.zarr need the package hdmf-zarr",
    reason="It is not installed.",
    remedy="pip install hdmf-zarr",
)
ZARR_PICKLES_REFUSED = ProblemKind(
    identifier="zarr-pickles-refused",
    severity=Severity.ERROR,
    title="The file holds pickled objects, and numcodecs refuses to unpickle them",
    reason="hdmf-zarr stores references as pickles, and unpickling can run any code that a stranger put into the file.",
    remedy="If you trust the origin of the file, set NUMCODECS_ALLOW_UNSAFE_PICKLE_DECODE=1 and run the command again.",
)
NWB_SCHEMA = ProblemKind(
    identifier="nwb-schema",
    severity=Severity.ERROR,
    title="The file violates the NWB schema",
    reason="pynwb's validation compares every object with the schema that is stored in the file.",
    remedy="Correct the object that is named. In a file of this converter it is a defect: report it.",
)
NWBINSPECTOR = ProblemKind(
    identifier="nwbinspector",
    severity=Severity.WARNING,
    title="NWB Inspector reports a message",
    reason="NWB Inspector compares files with the best practices of NWB. The message has the name of its check.",
    remedy="Correct what the message names, or accept it with the reason, in a file given with --accept.",
)
DANDI_LAYOUT = ProblemKind(
    identifier="dandi-layout",
    severity=Severity.ERROR,
    title="The path is not in the layout that DANDI expects",
    reason="DANDI accepts sub-<subject>/sub-<subject>_ses-<session>_<modalities>.nwb. Labels contain no _ or -.",
    remedy="Move or rename the file. Files of `ssc-to-nwb convert` have this layout.",
)
DANDI_METADATA = ProblemKind(
    identifier="dandi-metadata",
    severity=Severity.ERROR,
    title="DANDI's metadata for the file are not valid",
    reason="The dandi client extracts metadata from the file and checks them against DANDI's schema.",
    remedy="Correct the field that is named, in the NWB file or in the metadata file of its conversion.",
)
CHECK_FAILED = ProblemKind(
    identifier="check-failed",
    severity=Severity.ERROR,
    title="A check failed to run",
    reason="The check ended with an exception, so it says nothing about the file.",
    remedy="See the exception. If the file is good, report a defect of the check.",
)
CHECK_NOT_MADE_FOR_IT = ProblemKind(
    identifier="check-not-made-for-it",
    severity=Severity.INFO,
    title="A check of NWB Inspector cannot handle a table",
    reason="It takes the first value of every column. A ragged column whose rows are all empty has none.",
    remedy="Nothing. The check did not look at the other columns of the table.",
)
VALIDATION_CUT_SHORT = ProblemKind(
    identifier="validation-cut-short",
    severity=Severity.ERROR,
    title="The process that validated the file died",
    reason="The operating system ended it, for example for lack of memory, or a library crashed on a damaged file.",
    remedy="Validate the file alone, with --workers 1, and look at the system's log.",
)
ACCEPT_FILE_INVALID = ProblemKind(
    identifier="accept-file-invalid",
    severity=Severity.ERROR,
    title="The file of accepted messages is not valid",
    reason="It must hold a list `accept` of entries with identifier, path and reason, and optionally file.",
    remedy="Correct the line that is named. metadata/inspector.yaml is an example.",
)
ACCEPT_ENTRY_UNUSED = ProblemKind(
    identifier="accept-entry-unused",
    severity=Severity.WARNING,
    title="An entry of the file of accepted messages matches nothing",
    reason="An entry that is no longer needed, or is misspelt, would hide the next real message.",
    remedy="Remove the entry or correct its identifier and path.",
)
ACCEPT_DEFAULT_UNUSED = ProblemKind(
    identifier="accept-default-unused",
    severity=Severity.INFO,
    title="An entry of the packaged list of accepted messages matches nothing",
    reason="These files do not have the property of the datasets that the entry is about.",
    remedy="Nothing.",
)
