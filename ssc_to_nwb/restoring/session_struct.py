"""The session variable of the MATLAB file as a tree, from the NWB file alone."""

from __future__ import annotations

import math

from ssc_to_nwb import naming
from ssc_to_nwb.matlab.tree import MatCell, MatStruct, MatStructArray, MatValue
from ssc_to_nwb.restoring.file_view import FileView, assemble
from ssc_to_nwb.restoring.pieces import Piece, RestoreError
from ssc_to_nwb.restoring.struct_table import StructNode, empty_struct


def restore_struct(file: FileView) -> MatValue:
    """The value of the session variable, every leaf in MATLAB's class and size, fields in their order.

    Raises ObjectError, RestoreError, ValueError where the file does not give it back.
    """
    leaves = _leaves(file)
    return _built(file, file.variable, leaves)


def _leaves(file: FileView) -> dict[str, MatValue]:
    """All leaves by path; those of one claim are restored together."""
    found: dict[str, MatValue] = {}
    by_rule: dict[str, list[StructNode]] = {}
    for path, node in file.struct.nodes.items():
        if node.kept:
            found[path] = file.kept(node)
        elif node.how:
            by_rule.setdefault(node.rule, []).append(node)
    for rule, nodes in by_rule.items():
        pieces: dict[str, list[Piece]] = {}
        for piece in file.pieces(rule, nodes):
            pieces.setdefault(piece.leaves[0], []).append(piece)
        for node in nodes:
            found[node.path] = assemble(node, pieces.pop(node.path, []))
    return found


def _built(file: FileView, path: str, leaves: dict[str, MatValue]) -> MatValue:
    if path in leaves:
        return leaves.pop(path)
    node = file.node(path)
    count = math.prod(node.size)
    if node.matlab_class == "cell":
        items = tuple(_built(file, f"{path}{{{place}}}", leaves) for place in range(1, count + 1))
        return MatCell(shape=node.size, items=items)
    if node.matlab_class != "struct":
        raise RestoreError(naming.STRUCT_TABLE, leaf=path, expected="a cell or struct", found=node.matlab_class)
    names = tuple(node.content["fields"])
    if not names or not count:
        return empty_struct(node.size, names)
    if node.size == (1, 1):
        return _struct(file, path, names, leaves)
    elements = tuple(_struct(file, f"{path}({place})", names, leaves) for place in range(1, count + 1))
    return MatStructArray(shape=node.size, field_names=names, elements=elements)


def _struct(file: FileView, path: str, names: tuple[str, ...], leaves: dict[str, MatValue]) -> MatStruct:
    return MatStruct(fields={name: _built(file, f"{path}.{name}", leaves) for name in names})
