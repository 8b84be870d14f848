"""Many files at a time, the call from Python, and nwbinspector's registry."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from check_runs import Spoil, copy_without
from patience import PATIENCE_S
from ssc_like import IMAGING, VIDEO

from ssc_to_nwb.api.validation import validate
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.validate import dandi_rules, run
from ssc_to_nwb.validate.messages import Message


def end_the_process(_: Path) -> tuple[Message, ...]:
    """Takes the place of a crash on a damaged file."""
    os._exit(9)


def test_validate_gives_the_verdict_and_accepts(sound_file: Path, tmp_path: Path) -> None:
    file = copy_without(sound_file, tmp_path / "nwb", *IMAGING, VIDEO, "processing/behavior", "events")
    reported: list[tuple[int, int, Path]] = []
    accept = tmp_path / "accept.yaml"
    accept.write_text("accept: [{identifier: check_single_row, path: '*/rewards', reason: a short session}]")
    result = validate(paths=[str(tmp_path / "nwb")], accept_file=accept, on_file=lambda *state: reported.append(state))

    assert result.files == (file,)
    assert reported == [(1, 1, file)]
    assert result.ok
    accepted = [message.identifier for message in result.messages if message.accepted is not None]
    assert accepted == ["check_single_row"]


@pytest.mark.long
def test_a_user_s_list_decides_the_verdict(spoiled: Callable[[Spoil], Path], tmp_path: Path) -> None:
    def spoil(file: Any) -> None:
        file["/processing/ophys/DfOverF/dff_fov_01002/data"][:, 1] = np.nan

    accept = tmp_path / "accept.yaml"
    accept.write_text(
        "accept: [{identifier: trace-empty, path: '*/dff_fov_01002', reason: cell out of focus}]", encoding="utf-8"
    )
    path = spoiled(spoil)

    assert not validate(paths=[path], fail_on="warning").ok
    assert validate(paths=[path], fail_on="warning", accept_file=accept).ok


def test_nothing_to_validate_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SscError):
        validate(paths=[tmp_path])


@pytest.mark.long
def test_processes_give_what_one_process_gives(
    sound_file: Path, spoiled: Callable[[Spoil], Path], tmp_path: Path
) -> None:
    def spoil(file: Any) -> None:
        file["/processing/behavior/whisker_angle_c2/timestamps"][5] = np.nan

    paths = [sound_file, spoiled(spoil)]
    alone = validate(paths=paths)

    assert validate(paths=paths, workers=2) == alone
    assert [message.file for message in alone.messages if message.identifier == "timestamps-not-finite"] == [paths[1]]


def test_a_process_that_dies_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "validate_and_record", end_the_process)
    files = [Path("a.nwb"), Path("b.nwb")]

    found = dict(run.validate_each(files, workers=2))

    assert {file: [message.identifier for message in messages] for file, messages in found.items()} == {
        file: ["validation-cut-short"] for file in files
    }


@pytest.mark.long
def test_a_script_with_two_workers_needs_no_guard_around_its_main_part(sound_file: Path, tmp_path: Path) -> None:
    second = tmp_path / "sub-an2" / sound_file.name.replace("an1", "an2")
    second.parent.mkdir()
    second.write_bytes(sound_file.read_bytes())
    script = tmp_path / "script.py"
    script.write_text(
        "from ssc_to_nwb import validate_files\n"
        f"result = validate_files(paths={[str(sound_file), str(second)]}, workers=2)\n"
        "print(len(result.files), any(one.identifier == 'validation-cut-short' for one in result.messages))\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert done.stdout == "2 False\n"


def test_a_large_file_is_read_by_the_client_in_a_process_of_its_own(
    sound_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Any] = []

    def begin(*arguments: Any, **options: Any) -> Any:
        begun.append(subprocess.Popen(*arguments, **options))
        return begun[-1]

    monkeypatch.setattr(dandi_rules, "Popen", begin)
    monkeypatch.setattr(run, "validate_and_record", lambda _: ())
    assert list(run.validate_each([sound_file], workers=1)) == [(sound_file, ())]
    assert begun == []

    monkeypatch.setattr(dandi_rules, "_LARGE_BYTES", 1)
    assert list(run.validate_each([sound_file], workers=1)) == [(sound_file, ())]
    (process,) = begun
    assert process.returncode is not None


@pytest.mark.long
def test_what_the_client_has_read_in_a_process_of_its_own_is_not_read_again(
    spoiled: Callable[[Spoil], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both in new processes: where the client keeps what it has read is decided when it is imported."""
    monkeypatch.delenv("DANDI_CACHE", raising=False)
    file = spoiled(lambda _: None)
    subprocess.run([sys.executable, "-P", "-c", dandi_rules._READ, str(file)], check=True, timeout=PATIENCE_S)
    printed = in_a_new_process(f"""
import os
from pathlib import Path
import dandi.metadata.nwb
from ssc_to_nwb.validate.dandi_rules import metadata_messages
def read_again(*_):
    raise ValueError("read again")
dandi.metadata.nwb._get_pynwb_metadata = read_again
file = Path({str(file)!r})
print([message.text for message in metadata_messages(file, species="Mus musculus")])
os.utime(file, (1, 1))
print([message.text for message in metadata_messages(file, species="Mus musculus")])
""")
    assert printed.splitlines() == ["[]", "['ValueError: read again']"]


def in_a_new_process(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.long
def test_checks_are_added_to_nwbinspector_once_and_asked_for_and_run_once(spoiled: Callable[[Spoil], Path]) -> None:
    """In one new process: before the import of the checks, after it, and as nwbinspector's own command runs them."""

    def spoil(file: Any) -> None:
        file["/processing/behavior/whisker_angle_c2/timestamps"][400] = np.nan

    code = f"""
from pathlib import Path
from nwbinspector import available_checks, inspect_all
before = list(available_checks)
from ssc_to_nwb.validate.inspection import project_checks
own = project_checks()
assert available_checks == before
import ssc_to_nwb.validate.checks
import importlib; importlib.reload(ssc_to_nwb.validate.checks)
assert available_checks == [*before, *own]
from ssc_to_nwb.validate.inspection import explained_checks
assert len(explained_checks()) == len(available_checks)
path = {str(spoiled(spoil))!r}
found = inspect_all(path, modules=["ssc_to_nwb.validate.checks"], progress_bar=False)
print([m.message for m in found if m.check_function_name == "check_timestamps_finite"])
from ssc_to_nwb.validate.one_file import validate_file
print([m.identifier for m in validate_file(Path(path))].count("timestamps-not-finite"))
"""
    assert in_a_new_process(code).splitlines() == [
        "['1 time stamps are NaN or infinite; the first is number 400.']", "1",
    ]  # fmt: skip


def test_the_command_line_can_start_without_any_of_it() -> None:
    code = """
import sys
import ssc_to_nwb.cli.checks, ssc_to_nwb.cli.sources, ssc_to_nwb.api.validation, ssc_to_nwb.api.explanation
print([name for name in ("pynwb", "nwbinspector", "dandi", "h5py", "numpy", "rich") if name in sys.modules])
"""
    assert in_a_new_process(code) == "[]"
