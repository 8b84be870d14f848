"""A digest of a file's content: equal for equal content, however it is chunked, compressed, or written.

It covers every data set (type, size, values), every link (its target) and every attribute. It leaves out what differs
between two conversions of the same source: object ids, the time of creation, the copy of the schema.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import error
from ssc_to_nwb.proof.chunk_reader import add_values
from ssc_to_nwb.proof.hdf5_tree import open_tree
from ssc_to_nwb.restoring.nwb_reader import ArrayTree, Node

_LEFT_OUT_OBJECTS = ("/file_create_date", "/specifications")
_LEFT_OUT_ATTRIBUTES = ("object_id", ".specloc")


def content_digest(path: Path, *, workers: int = 2, memory_mb: float = 256.0) -> str:
    """SHA-256, in hexadecimal, of the content of an NWB file.

    workers: threads that inflate chunks; memory_mb: room for values on their way, in 2^20 bytes. Raises
    verify-unreadable and verify-values-elsewhere.
    """
    return digest_of_objects(object_digests(path, workers=workers, memory_mb=memory_mb))


def digest_of_objects(digests: Mapping[str, str]) -> str:
    """The content digest of a file from those of its objects, in whatever order they were written."""
    return hashlib.sha256("\n".join(sorted(f"{name} {one}" for name, one in digests.items())).encode()).hexdigest()


def object_digests(path: Path, *, workers: int = 2, memory_mb: float = 256.0) -> dict[str, str]:
    """SHA-256, in hexadecimal, of every object of an NWB file by itself, by its path.

    Parameters and errors as of `content_digest`. Groups count with their kind and attributes, links with their target.
    """
    with open_tree(path) as tree:
        return digests_of_tree(tree, file=path, workers=workers, memory_mb=memory_mb, known={})


def digests_of_tree(
    tree: ArrayTree, *, file: Path, workers: int, memory_mb: float, known: Mapping[str, str]
) -> dict[str, str]:
    """`object_digests` of an open file, which is called `file`.

    known: SHA-256 of the values of data sets by path, as a verification has computed them on its way.
    """
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="digest") as pool:
        blocks = partial(tree.blocks, pool=pool, workers=workers, memory_mb=memory_mb)
        try:
            return {node.path: _digest(tree, node, blocks, known) for node in tree.walk() if _counts(node.path)}
        except (OSError, RuntimeError, KeyError, TypeError, ValueError, AttributeError) as failure:
            raise error(kinds.VERIFY_UNREADABLE, file=file, found=failure) from failure


def _counts(path: str) -> bool:
    return not any(path == left_out or path.startswith(f"{left_out}/") for left_out in _LEFT_OUT_OBJECTS)


def _digest(
    tree: ArrayTree, node: Node, blocks: Callable[[str], Iterator[np.ndarray]], known: Mapping[str, str]
) -> str:
    """Digest of an object by itself: kind, target, attributes, values."""
    attributes = {
        name: _plain(tree.attribute(node.path, name))
        for name in sorted(node.attributes)
        if name not in _LEFT_OUT_ATTRIBUTES
    }
    digest = hashlib.sha256(_json_bytes({"kind": node.kind, "target": node.target, "attributes": attributes}))
    if node.kind == "dataset" and tree.is_numeric(node.path):
        dataset = tree.dataset(node.path)
        digest.update(_form(dataset.dtype, dataset.shape))
        digest.update((known.get(node.path) or _values_digest(blocks(node.path))).encode())
    elif node.kind == "dataset":
        _add_array(digest, tree.values(node.path))
    return digest.hexdigest()


def _values_digest(blocks: Iterable[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        add_values(digest, block)
    return digest.hexdigest()


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
        add_values(digest, values)


def _form(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    kind = "text" if dtype.kind == "O" else "compound" if dtype.names else dtype.newbyteorder("<").str
    return f"{kind} {tuple(int(length) for length in shape)}".encode()
