"""`ssc-to-nwb upload` as a user meets it: output, questions, exit status."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archive_samples import NWB, VIDEO_FOLDER
from click.testing import CliRunner, Result
from dandi_server import KEY, DandiServer
from patience import PATIENCE_S, wait_until

from ssc_to_nwb.cli.archive import upload_command
from ssc_to_nwb.cli.main import group
from ssc_to_nwb.dandi import upload as upload_module
from ssc_to_nwb.problems.model import SscError
from ssc_to_nwb.quantities import bytes_text

Run = Callable[..., Result]


@pytest.fixture
def run(archive: DandiServer, output: Path, no_waiting: None, validated: list[Path], key: str) -> Iterator[Run]:
    """Runs the command on the output folder, with a validation that finds nothing."""

    def invoke(*options: str, dandiset: str = "000123", answer: str | None = None) -> Result:
        arguments = [str(output), "--dandiset", dandiset, "--instance", archive.url, "--workers", "1", *options]
        return CliRunner().invoke(upload_command, arguments, input=answer)

    yield invoke


def test_everything_arrives(run: Run, same_there: Callable[[], bool]) -> None:
    result = run()
    assert result.exit_code == 0
    assert "3 uploaded" in result.stdout and "holds all 3 files" in result.stdout
    assert "The archive shows the draft as valid" in result.stdout
    assert [line for line in result.stderr.splitlines() if line.startswith("sub-")] == result.stderr.splitlines()[2:-1]
    assert same_there()


def test_quiet_prints_nothing(run: Run) -> None:
    result = run("-q")
    assert (result.exit_code, result.output) == (0, "")


def test_verbose_names_what_is_no_asset(run: Run) -> None:
    assert "notes.txt" in run("--dry-run", "-v").stdout
    assert "notes.txt" not in run("--dry-run").stdout


def test_a_dry_run_lists_what_would_be_sent(run: Run, output: Path, archive: DandiServer) -> None:
    run("-q")
    (output / VIDEO_FOLDER / "trial_2.mp4").write_bytes(b"changed")
    (output / VIDEO_FOLDER / "trial_4.mp4").write_bytes(b"a new video")

    result = run("--dry-run")

    assert result.exit_code == 0
    assert [line.split() for line in result.stdout.splitlines()[:2]] == [
        ["replaced", "7", "B", f"{VIDEO_FOLDER}/trial_2.mp4"],
        ["new", "11", "B", f"{VIDEO_FOLDER}/trial_4.mp4"],
    ]
    assert "1 new (11 B), 1 replaced (7 B), 2 unchanged" in result.stdout
    assert len(archive.contents()) == 3


def test_json_has_everything(run: Run) -> None:
    result = run("--json")
    reported = json.loads(result.stdout)
    assert reported["ok"] and reported["compared"] and {asset["status"] for asset in reported["assets"]} == {"uploaded"}
    assert reported["totals"]["new"]["assets"] == 3
    again = json.loads(run("--json").stdout)
    assert {asset["status"] for asset in again["assets"]} == {"unchanged"}


def test_json_when_nothing_could_be_begun(
    archive: DandiServer, output: Path, no_waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DANDI_API_KEY", raising=False)
    arguments = ["upload", str(output), "--dandiset", "000123", "--instance", archive.url, "--json"]
    result = CliRunner().invoke(group, arguments)
    assert result.exit_code == 1
    reported = json.loads(result.stdout)
    assert not reported["ok"] and reported["problems"][0]["identifier"] == "archive-no-key"


def test_no_key_is_an_error_at_once_and_no_question(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DANDI_API_KEY")
    result = run(answer=f"{KEY}\n")
    assert isinstance(result.exception, SscError)
    assert result.output == ""


def test_the_key_is_no_argument(run: Run) -> None:
    assert not any(
        "key" in name and "env" not in name for parameter in upload_command.params for name in parameter.opts
    )
    result = run("--api-key", KEY)
    assert result.exit_code == 2 and KEY not in result.output


def test_wrong_usage(output: Path) -> None:
    for arguments in ([], [str(output)], [str(output), "--dandiset", "000123", "--jobs", "0"]):
        assert CliRunner().invoke(upload_command, arguments).exit_code == 2


def test_a_failure_is_shown_with_what_to_do(run: Run, archive: DandiServer) -> None:
    archive.fail("create", "400")
    result = run("--jobs", "1")
    assert result.exit_code == 1
    assert "1 failed" in result.stdout and "1 uploaded" in result.stdout
    assert "archive-refused" in result.stderr and "run the same command again" in result.stderr
    assert result.stderr.count("What has arrived is not sent again.") == 1 and "sent twice" not in result.stderr
    second = run()
    assert second.exit_code == 0 and second.stdout.count("continued where it stopped") == 1
    assert "run the same" not in second.stdout + second.stderr


def test_bytes_are_those_that_were_sent(run: Run, output: Path) -> None:
    """Content that the archive has is not sent: nothing is said of bytes."""
    sizes = sum(path.stat().st_size for path in (output / NWB, *(output / VIDEO_FOLDER).iterdir()))
    assert f"3 uploaded ({bytes_text(sizes)} sent)" in run().stdout
    video = output / VIDEO_FOLDER / "trial_2.mp4"
    video.with_name("trial_4.mp4").write_bytes(video.read_bytes())

    result = run()

    assert "1 uploaded (nothing to send: the archive had their content)" in result.stdout
    assert "trial_4.mp4: done (the archive had its content)" in result.stderr


def test_what_keeps_the_draft_from_being_published(run: Run, archive: DandiServer) -> None:
    state = archive.model.dandisets["000123"]
    state.status = "Invalid"
    state.version_errors = [{"field": "license", "message": "'license' is a required property"}]
    state.asset_errors = [{"field": "", "message": "no species", "path": NWB}, {"field": "", "message": "no species"}]

    result = run()

    assert result.exit_code == 0, "everything is there"
    shown = result.stdout.split("What keeps it from being published:\n")[1].splitlines()
    assert [line.strip() for line in shown] == [
        "license: 'license' is a required property",
        f"{NWB} and 1 more: no species",
    ]
    assert json.loads(run("--json").stdout)["draft"]["status"] == "Invalid"


def test_a_zarr_store_is_left_out_with_a_word(run: Run, output: Path, archive: DandiServer) -> None:
    store = output / f"{NWB}.zarr"
    store.mkdir()
    (store / ".zgroup").write_text("{}")

    result = run()

    assert result.exit_code == 0 and "3 uploaded" in result.stdout
    assert "DANDI cannot publish" in result.stderr and f"{NWB}.zarr" in result.stderr
    assert not any(".zarr" in path for path in archive.contents())


def test_validation_can_be_skipped_with_a_warning(run: Run, validated: list[Path]) -> None:
    result = run("--validation", "skip")
    assert result.exit_code == 0 and validated == []
    assert "archive-not-validated" in result.stderr


def test_the_clients_warning_of_another_schema_is_shown(run: Run, archive: DandiServer) -> None:
    from dandischema.consts import ALLOWED_TARGET_SCHEMAS, DANDI_SCHEMA_VERSION

    if ALLOWED_TARGET_SCHEMAS[0] == DANDI_SCHEMA_VERSION:
        pytest.skip("this dandischema knows one version alone")
    archive.schema_version = ALLOWED_TARGET_SCHEMAS[0]
    result = run()
    assert result.exit_code == 0
    assert "archive-schema-differs" in result.stderr
    assert f"uses schema version {ALLOWED_TARGET_SCHEMAS[0]}" in result.stderr


def test_ctrl_c_before_anything_is_sent_says_so(
    run: Run, archive: DandiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(upload_module, "list_remote", interrupted)
    result = run()
    assert result.exit_code == 130
    assert "interrupted before anything was sent" in result.stderr
    assert not archive.requests("initialize")


class TestPrune:
    """Removing assets: asked for, confirmed, or not at all."""

    @pytest.fixture(autouse=True)
    def one_too_many(self, run: Run, output: Path) -> None:
        video = output / VIDEO_FOLDER / "trial_9.mp4"
        video.write_bytes(b"will go")
        run("-q")
        video.unlink()

    def test_unasked_it_is_named(self, run: Run, archive: DandiServer) -> None:
        result = run()
        assert result.exit_code == 0
        assert "archive-only-remote" in result.stderr and "trial_9.mp4" in result.stderr
        assert len(archive.contents()) == 4

    def test_without_a_terminal_nobody_is_asked(self, run: Run, archive: DandiServer) -> None:
        result = run("--prune", answer="y\n")
        assert isinstance(result.exception, SscError)
        assert result.exception.problem.kind.identifier == "archive-prune-unconfirmed"
        assert len(archive.contents()) == 4

    def test_with_yes_it_goes(self, run: Run, archive: DandiServer) -> None:
        result = run("--prune", "--yes")
        assert result.exit_code == 0 and "1 removed" in result.stdout
        assert len(archive.contents()) == 3

    @pytest.mark.parametrize(("answer", "left"), [("y\n", 3), ("n\n", 4)])
    def test_at_a_terminal_the_question_shows_the_list(
        self, run: Run, archive: DandiServer, monkeypatch: pytest.MonkeyPatch, answer: str, left: int
    ) -> None:
        from click.testing import _NamedTextIOWrapper

        monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda stream: stream.name == "<stdin>", raising=False)
        result = run("--prune", answer=answer)
        assert "trial_9.mp4" in result.stderr and "Remove them" in result.stderr
        assert len(archive.contents()) == left


@pytest.mark.long
class TestProcess:
    """The command in a process of its own."""

    def start(self, output: Path, archive: DandiServer, *options: str) -> subprocess.Popen[str]:
        program = (
            "from ssc_to_nwb.dandi import prepare; prepare.errors_of = lambda file: ()\n"
            "from ssc_to_nwb.cli.archive import upload_command; upload_command()"
        )
        arguments = ["--dandiset", "000123", "--instance", archive.url, "--workers", "1"]
        return subprocess.Popen(
            [sys.executable, "-c", program, str(output), *arguments, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "DANDI_API_KEY": KEY},
        )

    def test_a_file_over_a_real_part_size_arrives(self, output: Path, archive: DandiServer) -> None:
        video = output / VIDEO_FOLDER / "trial_2.mp4"
        with video.open("wb") as large:
            large.truncate(70 << 20)
        printed, errors = self.start(output, archive).communicate(timeout=PATIENCE_S)
        assert "holds all 3 files" in printed and "error:" not in errors
        assert archive.contents()[f"{VIDEO_FOLDER}/trial_2.mp4"][0] == 70 << 20
        assert len(archive.requests("part")) == 4

    @pytest.mark.skipif(os.name != "posix", reason="signals")
    @pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
    def test_ended_from_outside_a_second_run_ends_complete(
        self, output: Path, archive: DandiServer, same_there: Callable[[], bool], sent: signal.Signals
    ) -> None:
        archive.fail("create", "503", times=1000, retry_after=300)
        process = self.start(output, archive, "--jobs", "1")
        wait_until(lambda: bool(archive.requests("create")))
        process.send_signal(sent)
        printed, errors = process.communicate(timeout=PATIENCE_S)
        status = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}[sent]
        assert process.returncode == status
        if sent is not signal.SIGKILL:
            assert "archive-interrupted" in errors and "not tried" in printed
        archive.faults.clear()
        printed, errors = self.start(output, archive).communicate(timeout=PATIENCE_S)
        assert "holds all 3 files" in printed and "error:" not in errors
        assert same_there() and NWB in archive.contents()
        assert len(archive.requests("part")) == 3, "each file was sent once, the one before the kill too"


def test_help_has_examples() -> None:
    result = CliRunner().invoke(upload_command, ["--help"])
    assert result.exit_code == 0
    assert "Examples:" in result.output and "--dry-run" in result.output and "Exit status" in result.output
