"""Schema, best-practice and project checks of finished files."""
