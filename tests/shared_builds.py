"""What several test processes need is built by one of them, in a folder of the whole run, and only read afterwards."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

T = TypeVar("T")


@dataclass(frozen=True)
class SharedBuilds:
    """Folders of a run of the tests, each built once, with what its builder gave back.

    root: a folder that all test processes of the run share.
    """

    root: Path
    _known: dict[str, Any] = field(default_factory=dict)

    def __call__(self, name: str, build: Callable[[Path], T]) -> T:
        """What `build(folder)` gave back, whichever process called it; the folder is empty then."""
        if name not in self._known:
            self._known[name] = self._built(name, build)
        result: T = self._known[name]
        return result

    def _built(self, name: str, build: Callable[[Path], T]) -> T:
        folder, result = self.root / name, self.root / f"{name}.pickle"
        self.root.mkdir(exist_ok=True)
        with FileLock(self.root / f"{name}.lock"):
            if not result.exists():
                # A builder that failed may have left something.
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                result.write_bytes(pickle.dumps(build(folder)))
        built: T = pickle.loads(result.read_bytes())
        return built
