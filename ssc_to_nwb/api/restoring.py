"""The way back: the MATLAB session file, and the imaging stacks, from an NWB file alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ssc_to_nwb import naming
from ssc_to_nwb.json_lines import AsJson, fact, facts
from ssc_to_nwb.options.declare import takes
from ssc_to_nwb.options.files import RestoreRequest
from ssc_to_nwb.problems import kinds
from ssc_to_nwb.problems.model import Problem, ProblemLog, SscError, error

if TYPE_CHECKING:
    from ssc_to_nwb.data_types.imaging_stacks.restore import StacksReport
    from ssc_to_nwb.restoring.file_view import FileView


@facts
class RestoreResult(AsJson):
    """What was restored from one NWB file."""

    file: Path = fact("The NWB file.")
    session_file: Path = fact("The MATLAB file that was written.")
    file_format: Literal["5", "7.3"] = fact("Its format.")
    variable: str = fact("The session variable in it.")
    field_count: int = fact("Fields of the struct, those inside of structs and cells counted one by one.")
    variables_left_out: tuple[str, ...] = fact(
        "Variables that the source's file had beside the session variable, which the NWB file does not hold; "
        "empty texts where their names are unknown, because the ledger is not beside the file."
    )
    stacks: StacksReport | None = fact("What was restored of the imaging stacks, None where they were not asked for.")
    warnings: tuple[Problem, ...] = fact("What did not come back.")

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        values, stacks = AsJson.as_dict(self), self.stacks
        if stacks is not None:
            values["stacks"] = {
                "files": [str(stack.path) for stack in stacks.stacks],
                "pages": stacks.page_count,
                "zero_pages": stacks.zero_page_count,
                "not_restored": [stack.listed_path for stack in stacks.not_restored],
            }
        return {"fields": values.pop("field_count"), **values}


@takes(RestoreRequest)
def restore(request: RestoreRequest) -> RestoreResult:
    """Write the MATLAB session file that an NWB file was made from, and its imaging stacks where asked for.

    Returns
    -------
    RestoreResult

    Raises
    ------
    SscError
        file-layout-older, file-layout-newer, restore-foreign, restore-unreadable, restore-of-stub,
        restore-without-frames, restore-path-outside, mat-too-large, output-exists, output-not-writable, disk-full.
    """
    from ssc_to_nwb.data_types.imaging_stacks.restore import restore_stacks
    from ssc_to_nwb.matlab.leaves import walk_leaves
    from ssc_to_nwb.matlab.mat_file import write_mat
    from ssc_to_nwb.restoring.file_view import restore_struct

    path, output, overwrite = Path(request.file).absolute(), Path(request.output), request.overwrite
    log, found = ProblemLog(), None
    with _opened(path) as view:
        variable, value = view.variable, restore_struct(view)
        count = json.loads(view.provenance["ledger_rules"]).get("other-variable", 0)
    left_out = _left_out(path, count)
    written = write_mat(output, variables={variable: value}, file_format=request.file_format, overwrite=overwrite)
    if request.stacks is not None:
        with _opened(path) as view:
            found = restore_stacks(view, Path(request.stacks), nwb_path=path, log=log, overwrite=overwrite)
    return RestoreResult(
        file=path,
        session_file=output.absolute(),
        file_format=written,
        variable=variable,
        field_count=sum(1 for _ in walk_leaves(value, variable)),
        variables_left_out=left_out,
        stacks=found,
        warnings=tuple(log.problems),
    )


@contextmanager
def _opened(path: Path) -> Iterator[FileView]:
    """A whole file of this program, as the ways back see it; what makes no sense in it is restore-unreadable.

    Raises restore-foreign and restore-of-stub besides, file-layout-older, file-layout-newer.
    """
    from ssc_to_nwb.proof.hdf5_tree import open_tree
    from ssc_to_nwb.proof.making import check_layout
    from ssc_to_nwb.restoring.file_view import FileView
    from ssc_to_nwb.restoring.nwb_reader import ObjectError

    with open_tree(path) as tree:
        if tree.node(f"/processing/{naming.SOURCE_MODULE}") is None:
            found = f"no group /processing/{naming.SOURCE_MODULE}"
            raise error(kinds.RESTORE_FOREIGN, file=path, expected="a file made by ssc-to-nwb", found=found)
        check_layout(tree, file=path)
        view = FileView(tree)
        try:
            if json.loads(view.provenance["options"]).get("stub"):
                raise error(kinds.RESTORE_OF_STUB, file=path)
            yield view
        except ObjectError as failure:
            raise error(
                kinds.RESTORE_UNREADABLE, file=path, field=failure.path, expected=failure.expected, found=failure.found
            ) from failure
        except (KeyError, ValueError, TypeError, IndexError) as failure:
            raise error(
                kinds.RESTORE_UNREADABLE,
                file=path,
                field="/processing/source",
                found=f"{type(failure).__name__}: {failure}",
            ) from failure


def _left_out(path: Path, count: int) -> tuple[str, ...]:
    """Names of the variables that are not restored, from the ledger beside the file; empty texts without it."""
    from ssc_to_nwb.api.verification import read_ledger

    if not count:
        return ()
    try:
        leaves = read_ledger(file=path).leaves
    except SscError:
        return ("",) * count
    return tuple(leaf.source for leaf in leaves if leaf.rule == "other-variable")
