"""Kinds of problems: raw."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
