"""Whether what draws is installed: a conversion needs none of it, so that it is an extra."""

from __future__ import annotations

from importlib.util import find_spec

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error

_NEEDED = ("matplotlib", "jinja2", "markupsafe", "PIL")


def check_report_extra() -> None:
    """Raise extra-not-installed where a package of the extra `report` is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise error(
            kinds.EXTRA_NOT_INSTALLED,
            expected="pip install 'ssc-to-nwb[report]'",
            found=f"no package {', '.join(missing)}",
        )
