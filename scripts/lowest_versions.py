"""Prints the lowest versions that pyproject.toml allows for the project's own dependencies, as constraints for pip."""

from __future__ import annotations

import re
from pathlib import Path

# A quoted requirement with a lower bound, as the list of dependencies has one per line.
_BOUND = re.compile(r'^\s*"(?P<name>[A-Za-z0-9._-]+)>=(?P<version>[0-9.]+)"', re.MULTILINE)


def lowest_versions(text: str) -> list[str]:
    """`name==version` for every requirement in the list `dependencies` of a pyproject.toml."""
    start = text.index("\ndependencies = [")
    listed = text[start : text.index("\n]", start)]
    return [f"{match['name']}=={match['version']}" for match in _BOUND.finditer(listed)]


if __name__ == "__main__":
    print("\n".join(lowest_versions((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))))
