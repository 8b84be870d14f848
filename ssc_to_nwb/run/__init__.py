"""Many sessions: plan, resume, run in parallel."""
