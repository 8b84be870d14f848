"""Every problem the project can report, and the objects that carry one."""

from ssc_to_nwb.problems.catalogue import kinds

__all__ = ["kinds"]
