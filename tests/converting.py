"""Converting in the test's own process: the same run and the same files, without a process that imports everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ssc_to_nwb.api import conversion
from ssc_to_nwb.api.conversion import ConversionResult


def convert(**options: Any) -> ConversionResult:
    """What `ssc_to_nwb.convert` gives with these options; events and progress of a session under way don't come."""
    with ThreadPoolExecutor(1) as executor:
        return conversion.convert(executor=executor, **options)
