"""Kinds of problems: the ledger of the source's fields, and the comparison of a file with its source."""

from ssc_to_nwb.problems.model import ProblemKind, Severity

_CONVERT_AGAIN = "Convert the session again with --overwrite; if it stays, report it: this is a defect of the program."

UNMAPPED_LEAF = ProblemKind(
    identifier="unmapped-leaf",
    severity=Severity.ERROR,
    title="The session file holds a field that no rule knows",
    reason="Every field has to be written, derived or kept; one that is none of these would be lost.",
    remedy="Convert with --allow-unmapped, which keeps such fields verbatim, and tell the developers of the field.",
)
UNMAPPED_LEAF_KEPT = ProblemKind(
    identifier="unmapped-leaf-kept",
    severity=Severity.WARNING,
    title="A field that no rule knows is kept verbatim",
    reason="It was allowed with --allow-unmapped; the field stands in the table source_struct.",
    remedy="Look at it, and tell the developers if it deserves a place of its own.",
)
VERIFY_OBJECT_MISSING = ProblemKind(
    identifier="verify-object-missing",
    severity=Severity.ERROR,
    title="The NWB file lacks an object that the source calls for",
    reason="A data set, group, attribute or column that the session must have is not in the file.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_OBJECT_UNEXPECTED = ProblemKind(
    identifier="verify-object-unexpected",
    severity=Severity.ERROR,
    title="The NWB file holds something that the source does not account for",
    reason="Every object, column, row and attribute of the file must follow from the source or its metadata.",
    remedy="Remove what was added after the conversion, or convert the session again with --overwrite.",
)
VERIFY_VALUE_DIFFERS = ProblemKind(
    identifier="verify-value-differs",
    severity=Severity.ERROR,
    title="A value in the NWB file differs from the source",
    reason="The value read back, in the source's own terms, is not the one the source holds.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_SHAPE_DIFFERS = ProblemKind(
    identifier="verify-shape-differs",
    severity=Severity.ERROR,
    title="An array or a table in the NWB file has another size than the source",
    reason="Rows or samples were lost, or added.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_TYPE_DIFFERS = ProblemKind(
    identifier="verify-type-differs",
    severity=Severity.ERROR,
    title="An object in the NWB file is of another type than the source calls for",
    reason="Values stored in a narrower type are rounded; an object of another class means something else.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_ATTRIBUTE_DIFFERS = ProblemKind(
    identifier="verify-attribute-differs",
    severity=Severity.ERROR,
    title="A unit, scale, description or other attribute in the NWB file is wrong",
    reason="Values are read with their unit, conversion and offset; a wrong one changes every value.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_LINK_DIFFERS = ProblemKind(
    identifier="verify-link-differs",
    severity=Severity.ERROR,
    title="A link or reference in the NWB file points elsewhere than it should",
    reason="Traces would be joined to other ROIs, planes or time stamps.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_FRAME_DIFFERS = ProblemKind(
    identifier="verify-frame-differs",
    severity=Severity.ERROR,
    title="A frame in the NWB file differs from the frame of the tif",
    reason="Frames are compared bit by bit; the first pixel that differs is named.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_LEAF_UNPROVEN = ProblemKind(
    identifier="verify-leaf-unproven",
    severity=Severity.ERROR,
    title="A source field was compared with nothing",
    reason="Each field of the ledger must have been read back and compared; this one was not.",
    remedy="Report it with the ledger: this is a defect of the program.",
)
VERIFY_CONTENT_CHANGED = ProblemKind(
    identifier="verify-content-changed",
    severity=Severity.ERROR,
    title="The content of the NWB file is no longer the one on record",
    reason="All values are those of the source, but the digest is not the one that the conversion recorded: something "
    "that follows from no source field was changed, such as the description of a column.",
    remedy="Convert the session again with --overwrite, unless the change was meant.",
)
VERIFICATION_FAILED = ProblemKind(
    identifier="verification-failed",
    severity=Severity.ERROR,
    title="The written file differs from its source",
    reason="It was read back and compared before it got its name; it has been removed.",
    remedy="This is a defect of the program, or of the disk: convert again, and report it if it happens again.",
)
VERIFY_UNREADABLE = ProblemKind(
    identifier="verify-unreadable",
    severity=Severity.ERROR,
    title="The NWB file, or an object in it, can't be read",
    reason="It is not a whole HDF5 or Zarr file, or a part of it is damaged.",
    remedy="Convert the session again with --overwrite, and check the disk.",
)
VERIFY_VALUES_ELSEWHERE = ProblemKind(
    identifier="verify-values-elsewhere",
    severity=Severity.ERROR,
    title="Values of the NWB file lie in another file",
    reason="The conversion writes all values into the file. Whoever gets it alone would have none or others, and "
    "reading it could show the content of any file. Nothing of it was read.",
    remedy=_CONVERT_AGAIN,
)
VERIFY_OUTPUT_MISSING = ProblemKind(
    identifier="verify-output-missing",
    severity=Severity.ERROR,
    title="There is no NWB file of a session",
    reason="The output folder holds no file of the session's subject and date.",
    remedy="Convert the session, or give the output folder it was converted to.",
)
VERIFY_SOURCE_MISSING = ProblemKind(
    identifier="verify-source-missing",
    severity=Severity.ERROR,
    title="The session of the NWB file is not among those of SOURCE",
    reason="A file is compared with the session it was made from, and with no other.",
    remedy="Give the source that the file was converted from, and check --session.",
)
VERIFY_STUB = ProblemKind(
    identifier="verify-stub",
    severity=Severity.ERROR,
    title="The NWB file is a stub",
    reason="A stub holds a few trials only, so that there is no whole source to compare it with.",
    remedy="Convert the session without --stub, and verify that file.",
)
FILE_LAYOUT_OLDER = ProblemKind(
    identifier="file-layout-older",
    severity=Severity.ERROR,
    title="The NWB file was written by an older layout and must be converted again",
    reason="An earlier version of this program arranged the contents of its files in another way, which this version "
    "does not read. The data are there; other NWB tools show them.",
    remedy="Convert the session again with --overwrite, or use the version of this program that wrote the file.",
)
FILE_LAYOUT_NEWER = ProblemKind(
    identifier="file-layout-newer",
    severity=Severity.ERROR,
    title="The NWB file was written by a newer layout than this version of the program knows",
    reason="A later version of this program arranges the contents of its files in another way.",
    remedy="Install that version of ssc_to_nwb, or a later one.",
)
LEDGER_MISSING = ProblemKind(
    identifier="ledger-missing",
    severity=Severity.ERROR,
    title="There is no ledger of this NWB file",
    reason="The ledger stands in the folder .ssc-to-nwb of the output, under the name of the NWB file.",
    remedy="Give the NWB file as it was converted, in its place; or convert the session again.",
)
LEDGER_UNREADABLE = ProblemKind(
    identifier="ledger-unreadable",
    severity=Severity.ERROR,
    title="The ledger can't be read",
    reason="The file is not the JSON that the conversion writes.",
    remedy="Convert the session again with --overwrite.",
)
