"""Kinds of problems: source."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
