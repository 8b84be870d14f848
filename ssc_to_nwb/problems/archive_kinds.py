"""Kinds of problems: archive."""

from ssc_to_nwb.problems.model import ProblemKind, Severity
