"""The metadata files of one data set as layers: the packaged ones, a user's own on top, each with what it extends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ssc_to_nwb.metadata.yaml_lines import LinedMapping, load_yaml
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import SscError, error

EXTENDS = "extends"


def metadata_folder() -> Path:
    """The folder of the packaged metadata files: inside the installed package, or beside it in a checkout."""
    installed = Path(__file__).parent / "data"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "metadata"


def packaged_names() -> tuple[str, ...]:
    """Names of the packaged metadata files, which a user's file may extend: `ssc-1`, `ssc-2`."""
    return tuple(sorted(path.stem for path in metadata_folder().glob("ssc-*.yaml")))


@dataclass(slots=True, kw_only=True)
class Layers:
    """Files laid on one another, each once, at its first place.

    merged: their content, without `extends`; paths: of the files, the lowest first.
    """

    merged: LinedMapping = field(default_factory=LinedMapping)
    paths: list[Path] = field(default_factory=list)
    _open: list[Path] = field(default_factory=list)
    _known: set[Path] = field(default_factory=set)

    @classmethod
    def of_dataset(cls, dataset: str, files: Sequence[Path] = ()) -> Layers:
        """`<dataset>.yaml`, then a user's files in order.

        dataset: `ssc-1` or `ssc-2`. Raises metadata-*.
        """
        layers = cls()
        for path in (metadata_folder() / f"{dataset}.yaml", *files):
            layers.add(path)
        return layers

    def add(self, path: Path) -> None:
        """Lay a file on top, after the file that it extends.

        A file that is laid already is passed over. Raises metadata-*.
        """
        resolved = path.resolve()
        if resolved in self._known:
            return
        own = load_yaml(path)
        self._open.append(resolved)
        below = self._extended(own, path)
        if below is not None:
            self._check_extended(own, below)
            self.add(below)
        self._open.pop()
        self._known.add(resolved)
        self.merged = self.merged.merged_with(own.without(EXTENDS))
        self.paths.append(path)

    @property
    def own_paths(self) -> tuple[Path, ...]:
        """The files that are not packaged."""
        folder = metadata_folder().resolve()
        return tuple(path for path in self.paths if path.resolve().parent != folder)

    def _extended(self, own: LinedMapping, path: Path) -> Path | None:
        """The file that another one names with `extends`: a packaged one by its name, or a path from that file."""
        name = own.values.get(EXTENDS)
        if name is None:
            return None
        if not isinstance(name, str) or not name.strip():
            raise _bad_extends(own, found=repr(name))
        return metadata_folder() / f"{name}.yaml" if name in packaged_names() else path.parent / name

    def _check_extended(self, own: LinedMapping, below: Path) -> None:
        resolved = below.resolve()
        if resolved in self._open:
            circle = [*self._open[self._open.index(resolved) :], resolved]
            raise _bad_extends(own, found=" extends ".join(one.name for one in circle))
        if not below.exists():
            raise _bad_extends(own, found=f"{own.values[EXTENDS]!r}, and there is no {below}")


def _bad_extends(own: LinedMapping, *, found: str) -> SscError:
    return error(
        kinds.METADATA_VALUE_INVALID,
        file=own.place((EXTENDS,)),
        field=EXTENDS,
        expected=f"{', '.join(packaged_names())}, or the path of a metadata file that does not extend this one",
        found=found,
    )
