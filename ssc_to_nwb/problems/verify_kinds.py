"""Kinds of problems: the ledger of the source's fields, and the comparison of a file with its source."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_CONVERT_AGAIN = (
    "Convert the session again with --overwrite; if the message stays, report it: this is a defect of the program."
)

UNMAPPED_LEAF = ProblemKind(
    identifier="unmapped-leaf",
    severity=Severity.ERROR,
    title="The session file has a field that no rule covers",
    reason="Every field must be written, derived or kept. This one would be lost.",
    remedy="Convert with --allow-unmapped, which keeps such fields verbatim, and report the field.",
)
UNMAPPED_LEAF_KEPT = ProblemKind(
    identifier="unmapped-leaf-kept",
    severity=Severity.WARNING,
    title="A field that no rule covers is kept verbatim",
    reason="--allow-unmapped was given. The field is in the table source_struct.",
    remedy="Look at it. If it should have a place of its own, report it.",
)
VERIFY_OBJECT_MISSING = ProblemKind(
    identifier="verify-object-missing",
    severity=Severity.ERROR,
    title="The NWB file lacks an expected object",
    reason="A dataset, group, attribute or column that this session must have is missing.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_OBJECT_UNEXPECTED = ProblemKind(
    identifier="verify-object-unexpected",
    severity=Severity.ERROR,
    title="The NWB file has an unexpected object",
    reason="Every object, column, row and attribute must come from the source or its metadata.",
    remedy="Remove what was added after the conversion, or convert the session again with --overwrite.",
)
VERIFY_VALUE_DIFFERS = ProblemKind(
    identifier="verify-value-differs",
    severity=Severity.ERROR,
    title="A value in the NWB file differs from the source",
    reason="The value, converted back to the source's units, is not the value of the source.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_VALUE_CONTRADICTS = ProblemKind(
    identifier="verify-value-contradicts",
    severity=Severity.ERROR,
    title="A value in the NWB file contradicts the rest of the file",
    reason="The value is derived or written twice. It was computed again from the other values in the file.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_SHAPE_DIFFERS = ProblemKind(
    identifier="verify-shape-differs",
    severity=Severity.ERROR,
    title="An array or a table in the NWB file has an unexpected size",
    reason="Rows or samples were lost or added.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_TYPE_DIFFERS = ProblemKind(
    identifier="verify-type-differs",
    severity=Severity.ERROR,
    title="An object in the NWB file has an unexpected type",
    reason="Values in a narrower type are rounded. An object of another class has another meaning.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_ATTRIBUTE_DIFFERS = ProblemKind(
    identifier="verify-attribute-differs",
    severity=Severity.ERROR,
    title="A unit, scale, description or other attribute in the NWB file is wrong",
    reason="Values are read with their unit, conversion and offset. A wrong one changes every value.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_LINK_DIFFERS = ProblemKind(
    identifier="verify-link-differs",
    severity=Severity.ERROR,
    title="A link or reference in the NWB file has the wrong target",
    reason="Traces would be joined to the wrong ROIs, planes or time stamps.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_FRAME_DIFFERS = ProblemKind(
    identifier="verify-frame-differs",
    severity=Severity.ERROR,
    title="A frame in the NWB file differs from the frame of the tif",
    reason="Frames are compared bit by bit. The first pixel that differs is named.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_LEAF_UNPROVEN = ProblemKind(
    identifier="verify-leaf-unproven",
    severity=Severity.ERROR,
    title="A source field was not compared",
    reason="Every field of the ledger must be read back and compared. This one was not.",
    remedy="Report it with the ledger: this is a defect of the program.",
)
VERIFY_DATASET_UNPROVEN = ProblemKind(
    identifier="verify-dataset-unproven",
    severity=Severity.ERROR,
    title="A dataset in the NWB file was not compared",
    reason="Every dataset must give back the source, follow from the rest of the file, or be compared with a source "
    "file. This one was not.",
    remedy="Report it: this is a defect of the program.",
)
VERIFY_CONTENT_CHANGED = ProblemKind(
    identifier="verify-content-changed",
    severity=Severity.ERROR,
    title="The content of the NWB file differs from the recorded digest",
    reason="All values are those of the source, but the digest is not the one that the conversion recorded. Something "
    "without a source field was changed, such as the description of a column.",
    remedy="Convert the session again with --overwrite, unless the change was intended.",
)
VERIFICATION_FAILED = ProblemKind(
    identifier="verification-failed",
    severity=Severity.ERROR,
    title="The written file differs from its source",
    reason="It was reopened and compared before it got its final name, and was removed.",
    remedy="This is a defect of the program or of the disk. Convert again, and report it if it happens again.",
)
VERIFY_UNREADABLE = ProblemKind(
    identifier="verify-unreadable",
    severity=Severity.ERROR,
    title="Cannot read the NWB file, or an object in it",
    reason="It is not a complete HDF5 or Zarr file, or a part of it is damaged.",
    remedy="Check the path. If it is the file of a session, it is damaged: check the disk, and convert the session "
    "again with --overwrite, or download the file again.",
)
VERIFY_VALUES_ELSEWHERE = ProblemKind(
    identifier="verify-values-elsewhere",
    severity=Severity.ERROR,
    title="Values of the NWB file are in another file",
    reason="The conversion writes all values into the file itself. A copy of this file alone would have none of "
    "them or other ones, and reading it could show the content of any file on this machine. Nothing was "
    "read.",
    remedy="Do not use the file. Convert the session again with --overwrite, or download the file again.",
)
VERIFY_OUTPUT_MISSING = ProblemKind(
    identifier="verify-output-missing",
    severity=Severity.ERROR,
    title="There is no NWB file of this session",
    reason="The output folder has no file of the session's subject and date.",
    remedy="Convert the session, or give the output folder of its conversion.",
)
VERIFY_SOURCE_MISSING = ProblemKind(
    identifier="verify-source-missing",
    severity=Severity.ERROR,
    title="The source has no session for this NWB file",
    reason="A file is compared only with the session that it was made from.",
    remedy="Give the source that the file was converted from, and check --session.",
)
VERIFY_STUB = ProblemKind(
    identifier="verify-stub",
    severity=Severity.ERROR,
    title="The NWB file is a stub",
    reason="A stub holds only a few trials, so there is no complete source to compare it with.",
    remedy="Convert the session without --stub, and verify that file.",
)
FILE_LAYOUT_OLDER = ProblemKind(
    identifier="file-layout-older",
    severity=Severity.ERROR,
    title="The NWB file has an older layout and must be converted again",
    reason="An earlier version of this program arranged the contents of its files differently. The data are there, "
    "and other NWB tools show them.",
    remedy="Convert the session again with --overwrite, or use the version of this program that wrote the file.",
)
FILE_LAYOUT_NEWER = ProblemKind(
    identifier="file-layout-newer",
    severity=Severity.ERROR,
    title="The NWB file has a newer layout than this version of the program",
    reason="A later version of this program arranges the contents of its files differently.",
    remedy="Install that version of ssc_to_nwb, or a later one.",
)
LEDGER_MISSING = ProblemKind(
    identifier="ledger-missing",
    severity=Severity.ERROR,
    title="The NWB file has no ledger",
    reason="The ledger is in the folder .ssc-to-nwb of the output, with the name of the NWB file.",
    remedy="Give the NWB file in the folder of its conversion, or convert the session again.",
)
LEDGER_UNREADABLE = ProblemKind(
    identifier="ledger-unreadable",
    severity=Severity.ERROR,
    title="Cannot read the ledger",
    reason="The file is not the JSON that the conversion writes.",
    remedy="Convert the session again with --overwrite.",
)
