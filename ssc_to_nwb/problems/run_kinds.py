"""Kinds of problems: run."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
