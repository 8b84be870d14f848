"""Where an object lies inside its NWB file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hdmf.backends.io import HDMFIO

PathOf = Callable[[Any], str]


def path_finder(io: HDMFIO) -> PathOf:
    """A function that gives the path of an object that was read through `io`."""

    def path_of(neurodata_object: Any) -> str:
        builder = io.manager.get_builder(neurodata_object)
        return "/" if builder is None else normal_path(builder.path)

    return path_of


def normal_path(path: str | None) -> str:
    """`root/intervals/trials` or `intervals/trials` as `/intervals/trials`; `/` where there is none."""
    parts = [part for part in (path or "").split("/") if part]
    return "/" + "/".join(parts[1:] if parts[:1] == ["root"] else parts)
