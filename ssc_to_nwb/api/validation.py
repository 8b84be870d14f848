"""Validate NWB files: schema, nwbinspector, DANDI's rules, and the checks of this project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import ValidateRequest

if TYPE_CHECKING:
    from ssc_to_nwb.validate.messages import ValidationResult

ReportFormat = Literal["text", "jsonl", "junit", "summary"]


@takes(ValidateRequest)
def validate(request: ValidateRequest) -> ValidationResult:
    """Validate NWB files, `.nwb` or `.nwb.zarr`. Uses no network.

    A converted output (a folder with `.ssc-to-nwb`) gets a record, so that `upload` knows what was validated.

    Returns
    -------
    ValidationResult
        All messages. Whatever is wrong with a file is a message, not an exception.

    Raises
    ------
    SscError
        no-nwb-file, accept-file-invalid.
    """
    from ssc_to_nwb.reading.nwb_files import find_nwb_files
    from ssc_to_nwb.validate.accept import apply_entries, load_entries
    from ssc_to_nwb.validate.messages import ValidationResult, sorted_messages
    from ssc_to_nwb.validate.run import validate_each

    entries = load_entries(None if request.accept_file is None else Path(request.accept_file))
    files = find_nwb_files(Path(path) for path in request.paths)
    by_file = {}
    for file, messages in validate_each(files, workers=request.workers):
        by_file[file] = messages
        if request.on_file is not None:
            request.on_file(len(by_file), len(files), file)
    found = apply_entries([message for file in files for message in by_file[file]], entries)
    return ValidationResult(files=files, messages=sorted_messages(found), fail_on=request.fail_on)


def validation_report(
    result: ValidationResult, *, report_format: ReportFormat, only_failing: bool = False, width: int = 120
) -> str:
    """A result as text, JSON lines or JUnit XML, or in one line.

    only_failing: shortens the text to what makes the result fail; width: columns of the text.
    """
    from ssc_to_nwb.validate import text_report

    if report_format == "text":
        return text_report.text_report(result, only_failing=only_failing, width=width)
    makers = {"jsonl": text_report.jsonl_report, "junit": text_report.junit_report, "summary": text_report.summary}
    return makers[report_format](result)
