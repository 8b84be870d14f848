"""Kinds of problems met while reading MATLAB files, whatever they hold."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
from ssc_to_nwb.problems.remedies import REPORT_FILE

MAT_UNREADABLE = ProblemKind(
    identifier="mat-unreadable",
    severity=Severity.ERROR,
    title="Cannot read the MATLAB file",
    reason="It is not a MATLAB 5, 7 or 7.3 file, is cut short or damaged, has values in other files, or unpacks to far "
    "more than its size. The field where reading ended is named.",
    remedy="Compare its size and checksum with those of the dataset, and download it again. `ssc-to-nwb describe "
    "FILE` says which of its variables can be read.",
)
MAT_CLASS_UNSUPPORTED = ProblemKind(
    identifier="mat-class-unsupported",
    severity=Severity.ERROR,
    title="The session struct holds a value of a class that cannot be read",
    reason="Function handles, objects and complex numbers have no place in the known layout.",
    remedy="Replace the field named by plain structs, cells, numbers or text in MATLAB, and save the file again. "
    + REPORT_FILE,
)
MAT_VARIABLE_MISSING = ProblemKind(
    identifier="mat-variable-missing",
    severity=Severity.ERROR,
    title="The MATLAB file has no session variable",
    reason="A session file holds one struct named s (dat in a variant of ssc-2).",
    remedy="Check that this is a session file; metadata key source.variable_names adds other names. " + REPORT_FILE,
)
MAT_VARIABLE_AMBIGUOUS = ProblemKind(
    identifier="mat-variable-ambiguous",
    severity=Severity.ERROR,
    title="Two variables of the MATLAB file could be the session struct",
    reason="A session file holds one session struct, and the file does not say which of the two it is.",
    remedy="Name the right one in a metadata file: source: {variable_names: [s]}; or save it alone in MATLAB.",
)
MAT_VARIABLE_LEFT_OUT = ProblemKind(
    identifier="mat-variable-left-out",
    severity=Severity.WARNING,
    title="A variable beside the session struct is left out",
    reason="The NWB file is made from the session struct alone.",
    remedy="Nothing, if you do not need the variable. Otherwise put it into the session struct in MATLAB.",
)
MAT_TEXT_UNDECODABLE = ProblemKind(
    identifier="mat-text-undecodable",
    severity=Severity.ERROR,
    title="Cannot decode a text of the MATLAB file with certainty",
    reason="The file does not name the encoding of the text, or the bytes do not fit the encoding that it names.",
    remedy="Name the encoding in a metadata file: source: {text_encoding: windows-1252}; or save the file again. "
    + REPORT_FILE,
)
MAT_TEXT_FOUND_UTF8 = ProblemKind(
    identifier="mat-text-found-utf8",
    severity=Severity.WARNING,
    title="A text was read as UTF-8, although the file does not say so",
    reason="Its characters are stored as numbers up to 255, and together they are valid UTF-8.",
    remedy="Look at the text. If it is wrong, name the encoding in a metadata file: source: {text_encoding: latin-1}.",
)
MAT_TOO_LARGE = ProblemKind(
    identifier="mat-too-large",
    severity=Severity.ERROR,
    title="A variable is too large for a MATLAB file of format 5",
    reason="Format 5 holds at most 2,147,483,647 bytes in a variable, and as many elements along a dimension.",
    remedy="Write format 7.3 (--format 7.3), or leave the format to the program.",
)
