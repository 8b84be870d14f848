"""Kinds of problems: validate."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
