"""Converts the CRCNS ssc-1 and ssc-2 data sets to NWB, proves that nothing was lost, and brings them to DANDI."""

from ssc_to_nwb.api.conversion import ConversionResult, convert
from ssc_to_nwb.api.demo import DemoResult, demo
from ssc_to_nwb.api.sessions import SessionSummary, list_sessions, sessions_table
from ssc_to_nwb.api.verification import VerificationResult, content_digest, read_ledger, verify_sessions
from ssc_to_nwb.problems.model import Problem, ProblemKind, Severity, SscError

__all__ = [
    "ConversionResult",
    "DemoResult",
    "Problem",
    "ProblemKind",
    "SessionSummary",
    "Severity",
    "SscError",
    "VerificationResult",
    "content_digest",
    "convert",
    "demo",
    "list_sessions",
    "read_ledger",
    "sessions_table",
    "verify_sessions",
]
