"""Kinds of problems: output."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
