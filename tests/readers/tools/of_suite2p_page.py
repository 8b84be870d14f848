"""Where suite2p found cells, as JSON; run_page.py runs it with the names of the page's section."""

# ruff: noqa: F821
import json

import numpy as np

cells = np.load(output / "suite2p" / "plane0" / "stat.npy", allow_pickle=True)
print(json.dumps([[float(np.mean(cell["xpix"])), float(np.mean(cell["ypix"]))] for cell in cells]))
