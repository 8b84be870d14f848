"""Reads made-up files with scipy alone, so that nothing of this package checks itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat

from ssc_to_nwb.testing.dataset import SyntheticSession, write_session
from ssc_to_nwb.testing.spec import SessionSpec


def unpacked(value: Any) -> Any:
    """loadmat's result as dicts (structs), lists (cells, struct arrays), str (char) and arrays."""
    if isinstance(value, np.ndarray) and value.dtype.names:
        elements = [{name: unpacked(element[name]) for name in value.dtype.names} for element in value.ravel(order="F")]
        return elements[0] if value.shape == (1, 1) else elements
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [unpacked(item) for item in value.ravel(order="F")]
    if isinstance(value, np.ndarray) and value.dtype.kind == "U":
        return str(value[0]) if value.size else ""
    return value


@dataclass(frozen=True)
class Made:
    """A made-up session (`truth`) and its file as read by scipy (`s`)."""

    truth: SyntheticSession
    s: dict[str, Any]

    def array(self, key: str) -> dict[str, Any]:
        """One entry of timeSeriesArrayHash by key."""
        return entry(self.s["timeSeriesArrayHash"], key)

    def rois_of(self, key: str) -> list[dict[str, Any]]:
        """The struct array of planes in the descrHash that goes with an array."""
        hash_ = self.s["timeSeriesArrayHash"]
        planes = hash_["descrHash"][hash_["keyNames"].index(key)]["value"][0]
        return planes if isinstance(planes, list) else [planes]

    def planes_of(self, key: str) -> list[dict[str, Any]]:
        """imagingPlane of an array, cell or not."""
        planes = self.array(key)["imagingPlane"]
        return planes if isinstance(planes, list) else [planes]

    def events(self, key: str) -> dict[str, Any]:
        """One entry of eventSeriesArrayHash by key."""
        return entry(self.s["eventSeriesArrayHash"], key)


def entry(hash_: dict[str, Any], key: str) -> Any:
    """The value of a Hash that goes with `key`."""
    return hash_["value"][hash_["keyNames"].index(key)]


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Made]:
    """Writes a session file without raw files, from the named fields of a spec, and reads it back; each spec once."""
    made: dict[SessionSpec, Made] = {}

    def build(**fields: Any) -> Made:
        spec = SessionSpec(**fields)
        if spec not in made:
            root: Path = tmp_path_factory.mktemp("session")
            session = write_session(root=root, spec=spec, raw=False, videos=False)
            content = loadmat(session.mat_path)[spec.variable_name]
            made[spec] = Made(truth=session, s=unpacked(content))
        return made[spec]

    return build
