"""All that scripts are to import from `ssc_to_nwb`."""

from ssc_to_nwb.api.archive import download_check, upload, write_dandiset
from ssc_to_nwb.api.conversion import ConversionInterrupted, ConversionResult, DemoResult, convert, demo
from ssc_to_nwb.api.explanation import describe as describe_file
from ssc_to_nwb.api.planning import Plan, PlannedSession, plan
from ssc_to_nwb.api.reporting import MethodsText, methods, methods_of, open_session, plot_trial

# Under names of their own: `report` and `validate` are subpackages.
from ssc_to_nwb.api.reporting import report as write_report
from ssc_to_nwb.api.restoring import RestoreResult, restore
from ssc_to_nwb.api.rois import ResponseTable, cells, plot_cell, responses
from ssc_to_nwb.api.sessions import SessionSummary, list_sessions, sessions_table
from ssc_to_nwb.api.validation import validate as validate_files
from ssc_to_nwb.api.verification import content_digest, read_ledger, verify_sessions
from ssc_to_nwb.api.zarr_export import ZarrExport, export_zarr
from ssc_to_nwb.data_types import register_data_type, unregister_data_type
from ssc_to_nwb.problems.model import Problem, ProblemKind, Severity, SscError

__all__ = [
    "ConversionInterrupted",
    "ConversionResult",
    "DemoResult",
    "MethodsText",
    "Plan",
    "PlannedSession",
    "Problem",
    "ProblemKind",
    "ResponseTable",
    "RestoreResult",
    "SessionSummary",
    "Severity",
    "SscError",
    "ZarrExport",
    "cells",
    "content_digest",
    "convert",
    "demo",
    "describe_file",
    "download_check",
    "export_zarr",
    "list_sessions",
    "methods",
    "methods_of",
    "open_session",
    "plan",
    "plot_cell",
    "plot_trial",
    "read_ledger",
    "register_data_type",
    "responses",
    "restore",
    "sessions_table",
    "unregister_data_type",
    "upload",
    "validate_files",
    "verify_sessions",
    "write_dandiset",
    "write_report",
]
