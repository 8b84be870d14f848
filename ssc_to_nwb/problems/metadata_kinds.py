"""Kinds of problems: metadata."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
