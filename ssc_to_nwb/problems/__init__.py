"""Every problem the project can report, and the objects that carry one."""

from ssc_to_nwb.problems.catalogue import kinds
from ssc_to_nwb.problems.catalogue import kinds as archive_kinds
from ssc_to_nwb.problems.catalogue import kinds as check_kinds
from ssc_to_nwb.problems.catalogue import kinds as dandiset_kinds
from ssc_to_nwb.problems.catalogue import kinds as export_kinds
from ssc_to_nwb.problems.catalogue import kinds as mat_kinds
from ssc_to_nwb.problems.catalogue import kinds as metadata_kinds
from ssc_to_nwb.problems.catalogue import kinds as output_kinds
from ssc_to_nwb.problems.catalogue import kinds as raw_kinds
from ssc_to_nwb.problems.catalogue import kinds as report_kinds
from ssc_to_nwb.problems.catalogue import kinds as restore_kinds
from ssc_to_nwb.problems.catalogue import kinds as run_kinds
from ssc_to_nwb.problems.catalogue import kinds as source_kinds
from ssc_to_nwb.problems.catalogue import kinds as validate_kinds
from ssc_to_nwb.problems.catalogue import kinds as verify_kinds

__all__ = [
    "archive_kinds",
    "check_kinds",
    "dandiset_kinds",
    "export_kinds",
    "kinds",
    "mat_kinds",
    "metadata_kinds",
    "output_kinds",
    "raw_kinds",
    "report_kinds",
    "restore_kinds",
    "run_kinds",
    "source_kinds",
    "validate_kinds",
    "verify_kinds",
]
