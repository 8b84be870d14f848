"""Makes a BIDS data set of a file with nwb2bids."""

import json
import sys
from pathlib import Path

import nwb2bids

path, output = (Path(argument) for argument in sys.argv[1:])
cache = output.parent / "cache"
cache.mkdir(exist_ok=True)
config = nwb2bids.RunConfig(bids_directory=output, file_mode="copy", cache_directory=cache)
nwb2bids.convert_nwb_dataset(nwb_paths=[path], run_config=config)
participants = (output / "participants.tsv").read_text().splitlines()
found = (path.relative_to(output) for path in output.rglob("*") if path.is_file())
files = sorted(str(path) for path in found if not path.parts[0].startswith("."))
events = [line.split("\t") for line in next(output.rglob("*_events.tsv")).read_text().splitlines()]
heads = events[0]
result = {
    "files": files,
    "participants": [line.split("\t") for line in participants],
    "events": [dict(zip(heads, row, strict=True)) for row in events[1:]],
}
print(json.dumps(result))
