"""Every problem the project can report, and the objects that carry one."""
