"""Runs the Python of a section of how-to/open_in_tools.md on a file, then prints what a short program makes of it."""

import re
import sys
from pathlib import Path

page, heading, file, plane, roi, further = sys.argv[1:]
section = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", Path(page).read_text(encoding="utf-8"), re.S | re.M)
if section is None:
    raise SystemExit(f"{page} has no section {heading!r}")
blocks = re.findall(r"^```python\n(.*?)^```", section[1], re.S | re.M)
names = {"file": file, "plane": plane, "roi": int(roi)}
for block in blocks:
    exec(compile(block, f"{page}, {heading}", "exec"), names)
exec(compile(Path(__file__).with_name(further).read_text(), further, "exec"), names)
