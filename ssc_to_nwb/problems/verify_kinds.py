"""Kinds of problems: verify."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
