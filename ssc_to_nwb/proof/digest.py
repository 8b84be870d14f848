"""A digest of a file's content: equal for equal content, however it is chunked, compressed, or written.

It covers every data set (type, size, values), every link (its target) and every attribute. It leaves out what differs
between two conversions of the same source: object ids, the time of creation, the copy of the schema.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.hdf5_tree import ValuesDigest, little_endian, open_tree
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, Node

_LEFT_OUT_OBJECTS = ("/file_create_date", "/specifications")
_LEFT_OUT_ATTRIBUTES = ("object_id", ".specloc")


def content_digest(
    path: Path, *, workers: int = 2, memory_mb: float = 256.0, known: Mapping[str, str] | None = None
) -> str:
    """SHA-256, in hexadecimal, of the content of an NWB file.

    workers: threads that inflate chunks; memory_mb: room for values on their way, in 2^20 bytes; known: SHA-256 of the
    values of data sets by path, as a verification has computed them on its way. Raises verify-unreadable and
    verify-values-elsewhere.
    """
    return digest_of_objects(object_digests(path, workers=workers, memory_mb=memory_mb, known=known))


def digest_of_objects(digests: Mapping[str, str]) -> str:
    """The content digest of a file from those of its objects, in whatever order they were written."""
    return hashlib.sha256("\n".join(sorted(f"{name} {one}" for name, one in digests.items())).encode()).hexdigest()


def object_digests(
    path: Path, *, workers: int = 2, memory_mb: float = 256.0, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """SHA-256, in hexadecimal, of every object of an NWB file by itself, by its path.

    Parameters and errors as of `content_digest`. Groups count with their kind and attributes, links with their target.
    """
    with open_tree(path) as tree:
        return digests_of_tree(tree, file=path, workers=workers, memory_mb=memory_mb, known=known)


def digests_of_tree(
    tree: ArrayTree, *, file: Path, workers: int, memory_mb: float, known: Mapping[str, str] | None = None
) -> dict[str, str]:
    """`object_digests` of an open file, which is called `file`."""
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="digest") as pool:
        digester = _Digester(tree, pool, workers=workers, memory_mb=memory_mb, known=known or {})
        try:
            return {node.path: digester.digest(node) for node in tree.walk() if _counts(node.path)}
        except (OSError, RuntimeError, KeyError, TypeError) as failure:
            raise error(kinds.VERIFY_UNREADABLE, file=file, found=failure) from failure


def _counts(path: str) -> bool:
    return not any(path == left_out or path.startswith(f"{left_out}/") for left_out in _LEFT_OUT_OBJECTS)


class _Digester:
    """Digests one object after the other."""

    def __init__(
        self, tree: ArrayTree, pool: ThreadPoolExecutor, *, workers: int, memory_mb: float, known: Mapping[str, str]
    ) -> None:
        self._tree = tree
        self._pool = pool
        self._workers = workers
        self._memory_mb = memory_mb
        self._known = known

    def digest(self, node: Node) -> str:
        """Digest of an object by itself: kind, target, attributes, values."""
        digest = hashlib.sha256()
        attributes = {
            name: _plain(self._tree.attribute(node.path, name))
            for name in sorted(node.attributes)
            if name not in _LEFT_OUT_ATTRIBUTES
        }
        head = {"kind": node.kind, "target": node.target, "attributes": attributes}
        digest.update(_json_bytes(head))
        if node.kind == "dataset":
            self._add_values(digest, node.path)
        return digest.hexdigest()

    def _add_values(self, digest: Any, path: str) -> None:
        if not self._tree.is_numeric(path):
            _add_array(digest, self._tree.values(path))
            return
        dataset = self._tree.dataset(path)
        digest.update(_form(dataset.dtype, dataset.shape))
        digest.update((self._known.get(path) or self._values_digest(path)).encode())

    def _values_digest(self, path: str) -> str:
        values = ValuesDigest()
        for block in self._tree.blocks(path, pool=self._pool, workers=self._workers, memory_mb=self._memory_mb):
            values.update(block)
        return values.hexdigest()


def _plain(value: Any) -> Any:
    """An attribute in the terms of JSON; whole numbers and fractions stay apart."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return value.decode(errors="surrogateescape")
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _json_bytes(value: Any) -> bytes:
    """JSON of a value whose texts may have bytes that are not UTF-8; these count as they are."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode(errors="surrogateescape")


def _add_array(digest: Any, values: np.ndarray) -> None:
    """Texts, compounds and scalars, all at once."""
    digest.update(_form(values.dtype, values.shape))
    if values.dtype.kind == "O":
        digest.update(_json_bytes(values.tolist()))
    elif values.dtype.names is not None:
        for name in values.dtype.names:
            # Columns and rows of a mask differ only in their names.
            digest.update(f"{name} ".encode())
            _add_array(digest, values[name])
    else:
        digest.update(little_endian(values).tobytes())


def _form(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    kind = "text" if dtype.kind == "O" else "compound" if dtype.names else dtype.newbyteorder("<").str
    return f"{kind} {tuple(int(length) for length in shape)}".encode()
