"""What becomes of every field of a session file: the rules, and the ledger of one session."""
