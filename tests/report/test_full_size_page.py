"""A page of a session as large as a real one stays small enough to be sent and opened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ssc_to_nwb.api.conversion import convert
from ssc_to_nwb.testing.dataset import write_session
from ssc_to_nwb.testing.examples import full_size_spec

_MOST_BYTES = 5_000_000
_MOST_MEMORY_MB = 600

_REPORT = """
import json, re, sys
from pathlib import Path
from ssc_to_nwb.api.reporting import report
page = report(files=[sys.argv[1]], output=sys.argv[2]).pages[0]
# getrusage counts the memory of the process that started this one as well.
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
print(json.dumps({"bytes": page.stat().st_size, "peak_mb": peak / 1e6, "rois": page.read_text().count("<title>ROI ")}))
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_page_of_8245_rois(tmp_path: Path) -> None:
    write_session(root=tmp_path / "source", spec=full_size_spec(), raw=False, videos=False)
    (outcome,) = convert(source=tmp_path / "source", output=tmp_path / "nwb", raw="skip", verify="off").outcomes
    run = subprocess.run(
        [sys.executable, "-c", _REPORT, str(outcome.output), str(tmp_path / "report")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(run.stdout)
    assert found["rois"] == 8245
    assert found["bytes"] <= _MOST_BYTES
    assert found["peak_mb"] <= _MOST_MEMORY_MB
