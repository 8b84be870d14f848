"""What the session files do not say, checked against a schema."""
