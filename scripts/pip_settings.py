"""Prints pip's settings as shell commands that set those of uv, which does not read them: `eval "$(python ...)"`.

What is set for uv already stays as it is. Neither the settings nor the addresses in them are printed elsewhere.
"""

from __future__ import annotations

import ast
import os
import shlex
import subprocess
import sys

# Setting of pip, variable of uv, what separates several values there.
_VARIABLES = (
    ("index-url", "UV_DEFAULT_INDEX", None),
    ("extra-index-url", "UV_INDEX", " "),
    ("find-links", "UV_FIND_LINKS", ","),
    ("constraint", "UV_CONSTRAINT", " "),
    ("no-index", "UV_NO_INDEX", None),
    ("trusted-host", "UV_INSECURE_HOST", " "),
    ("cert", "SSL_CERT_FILE", None),
    ("proxy", "ALL_PROXY", None),
    ("default-timeout", "UV_HTTP_TIMEOUT", None),
    ("timeout", "UV_HTTP_TIMEOUT", None),
)
# Sections that pip goes by, later ones win.
_SECTIONS = ("global", "install", ":env:")
# Other names that uv has for the same.
_ALSO = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}


def settings_of_pip(listing: str) -> dict[str, str]:
    """Settings by name, from the lines of `pip config list`: `global.index-url='https://...'`."""
    found = {}
    for section in _SECTIONS:
        for line in listing.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section + "."):
                found[name[len(section) + 1 :]] = str(ast.literal_eval(value))
    return found


def variables_of_uv(settings: dict[str, str], environment: dict[str, str]) -> dict[str, str]:
    """Variables for uv that are not in the environment yet."""
    variables = {}
    for name, variable, separator in _VARIABLES:
        value = settings.get(name, "")
        if separator is not None:
            value = separator.join(value.split())
        if value and not any(environment.get(one) for one in (variable, _ALSO.get(variable, variable))):
            variables[variable] = value
    if "UV_INDEX" in variables and not environment.get("UV_INDEX_STRATEGY"):
        # pip takes the best version of all indexes, uv that of the first index that has the package.
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return variables


def main() -> None:
    """Print an `export` per variable."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for variable, value in variables_of_uv(settings_of_pip(done.stdout), dict(os.environ)).items():
        print(f"export {variable}={shlex.quote(value)}")


if __name__ == "__main__":
    main()
