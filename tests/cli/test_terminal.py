"""Texts of files never command the terminal, whatever command prints them."""

from __future__ import annotations

import json
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import click
import h5py
import pytest
from click.testing import CliRunner, Result
from made_sessions import Converted, Struct, problem_raised, write

from ssc_to_nwb.api.explanation import catalogue
from ssc_to_nwb.cli.main import group, main
from ssc_to_nwb.cli.output import print_problem
from ssc_to_nwb.cli.terminal import Styled, echo, harmless, wrapped
from ssc_to_nwb.problems.model import Problem
from ssc_to_nwb.testing.spec import SubvolumeSpec

# Clears the screen, renames the window, writes over the line; the last is the one-byte form of the first.
ESCAPES = "\x1b[2J\x1b]0;owned\x07\r\x9b2J"
NWB = f"nwb{ESCAPES}"
SMALL = {"subvolumes": (SubvolumeSpec(planes=(2,), rois_per_plane=2),), "image_shape": (20, 30), "n_trials": 3}
COLOR = re.compile(r"\x1b\[\d*(;\d+)*m")


def commands_in(text: str) -> list[str]:
    """Control characters other than line ends and the colors of this program."""
    return re.findall(r"[^\n\t -~\xa0-\uffff]", COLOR.sub("", text))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(one) for one in arguments], color=True)


class TestOneText:
    def test_every_control_character_but_line_end_and_tab_is_written_out(self) -> None:
        for code in (*range(0x20), *range(0x7F, 0xA0)):
            shown = chr(code) if chr(code) in "\n\t" else f"\\u{code:04x}"
            assert harmless(f"a{chr(code)}b") == f"a{shown}b"

    def test_what_turns_the_direction_of_writing_or_is_no_character(self) -> None:
        assert harmless("a\u202eb\u2066c\u2028d\udcff") == "a\\u202eb\\u2066c\\u2028d\\udcff"

    def test_letters_of_any_language_stay(self) -> None:
        assert harmless("Žluťoučký kůň 東京 µm 🐭") == "Žluťoučký kůň 東京 µm 🐭"

    def test_json_stays_json_of_the_same_text(self) -> None:
        text = f"{ESCAPES}\u202e"
        assert json.loads(harmless(json.dumps(text, ensure_ascii=False))) == text

    def test_only_styles_have_colors(self) -> None:
        @click.command()
        def command() -> None:
            echo(Styled(f"bold{ESCAPES}", color="red", bold=True), f" plain{ESCAPES}")

        result = CliRunner().invoke(command, color=True)
        assert result.stdout.startswith(
            "\x1b[31m\x1b[1mbold\\u001b[2J\\u001b]0;owned\\u0007\\u000d\\u009b2J\x1b[0m plain"
        )
        assert commands_in(result.stdout) == []


def test_warnings_of_libraries(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    monkeypatch.setattr("sys.argv", ["ssc-to-nwb", "--version"])
    with pytest.raises(SystemExit):
        main()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"object {ESCAPES}", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == f"UserWarning: object {harmless(ESCAPES)}\n"


class TestWidth:
    PATH = "/data/" + "a-folder-with-a-long-name/" * 5 + "file.nwb"

    def test_lines_are_broken_between_words_and_indented(self) -> None:
        text = "  warning: " + "a word and another " * 6
        lines = wrapped(text.rstrip(), width=40).split("\n")
        assert max(map(len, lines)) <= 40
        assert [line[:4] for line in lines] == ["  wa", *["    "] * (len(lines) - 1)]
        assert " ".join(" ".join(lines).split()) == " ".join(text.split())

    def test_a_path_stays_in_one_piece(self) -> None:
        lines = wrapped(f"  file: {self.PATH}, trial 3", width=60).split("\n")
        assert any(self.PATH in line for line in lines)

    def test_short_lines_stay_as_they_are(self) -> None:
        table = "  written        102   51.0 %\n  derived          3"
        assert wrapped(table, width=80) == table

    @pytest.mark.parametrize("columns", [80, 120])
    def test_problems_fit_the_terminal(self, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[str] = []
        monkeypatch.setattr("ssc_to_nwb.cli.terminal.terminal_width", lambda **_: columns)
        monkeypatch.setattr(click, "echo", lambda text, **_: shown.append(click.unstyle(text)))
        for kind in catalogue().values():
            print_problem(Problem(kind=kind, file="/data/file.nwb", found="something"))
        lines = [line for text in shown for line in text.split("\n")]
        assert max(map(len, lines)) <= columns

    def test_what_is_styled_stays_styled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[str] = []
        monkeypatch.setattr("ssc_to_nwb.cli.terminal.terminal_width", lambda **_: 20)
        monkeypatch.setattr(click, "echo", lambda text, **_: shown.append(text))
        echo("  ", Styled("warning:", color="yellow"), " values are not a number [values-nan]")
        assert "\x1b[33mwarning:\x1b[0m" in shown[0]
        assert max(len(line) for line in click.unstyle(shown[0]).split("\n")) <= 20


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A source whose key, variable and file names have escapes, and its conversion in a folder with escapes too."""
    folder = tmp_path_factory.mktemp("hostile")

    def edit(s: Struct) -> None:
        for key, value in ((f"room{ESCAPES}", f"2W{ESCAPES}"), ("viralInjection", f"virus{ESCAPES}")):
            s["metaDataHash"]["keyNames"].append(key)
            s["metaDataHash"]["value"].append(value)

    made = write(folder / "source", edit=edit, others={f"x{ESCAPES[:-3]}": 1.0}, raw=True, **SMALL)
    (made.folder / f"note{ESCAPES}.mat").write_bytes(b"x")
    (made.folder / f"trial{ESCAPES}.tif").write_bytes(b"x")
    yield folder


@pytest.fixture(scope="module")
def converted(hostile: Path) -> Result:
    return call("convert", hostile / "source", hostile / NWB, "--verbose")


class TestCommandsOverAHostileSource:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("sessions", "source"), ("sessions", "source", "--json"), ("plan", "source", "nwb"),
            ("verify", "source", "nwb", "--verbose"),
            pytest.param(("verify", "source", "nwb", "--json"), marks=pytest.mark.long),
            pytest.param(("validate", "nwb", "--format", "jsonl"), marks=pytest.mark.long),
            ("cells", "nwb", "-o", "table"), ("digest", "file"),
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_nothing_reaches_the_terminal(self, hostile: Path, converted: Result, arguments: tuple[str, ...]) -> None:
        (file,) = (hostile / NWB).glob("**/*.nwb")
        places = {"source": hostile / "source", "nwb": hostile / NWB, "file": file, "table": hostile / f"{NWB}.csv"}
        result = call(*(places.get(one, one) for one in arguments))
        assert "\\u001b[2J" in result.output
        assert commands_in(result.output) == []

    def test_convert(self, converted: Result) -> None:
        assert "\\u001b[2J" in converted.output
        assert commands_in(converted.output) == []

    def test_describe_and_ledger(self, hostile: Path, converted: Result) -> None:
        (mat,) = hostile.glob("source/**/*_session.mat")
        (nwb,) = (hostile / NWB).glob("**/*.nwb")
        described, listed = call("describe", mat), call("ledger", nwb, "--find", "x")
        assert commands_in(described.output) == []
        assert "\\u001b[2J" in listed.output
        assert commands_in(listed.output) == []


def test_methods_of_a_hostile_nwb_file(converted_small_raw: Converted, tmp_path: Path) -> None:
    path = Path(shutil.copy(converted_small_raw.path, tmp_path / "hostile.nwb"))
    with h5py.File(path, "r+") as file:
        del file["general/lab"]
        file["general/lab"] = f"Lab{ESCAPES}"
    result = call("methods", path)
    assert f"Lab{harmless(ESCAPES)}" in result.stdout
    assert commands_in(result.output) == []


def test_a_problem_that_ends_a_command(tmp_path: Path) -> None:
    folder = tmp_path / f"folder{ESCAPES}"
    folder.mkdir()
    result = call("sessions", folder, "--json")
    assert "\\u001b[2J" in result.stderr
    assert commands_in(result.output) == []
    assert json.loads(result.stdout)["problems"][0]["file"] == str(folder)


class TestStreams:
    """What standard output may be."""

    def test_colors_are_left_out_where_nobody_wants_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b" not in call("sessions", "missing").output
        monkeypatch.delenv("NO_COLOR")
        assert "\x1b[31m" in call("sessions", "missing").output

    def test_one_that_is_closed(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        echo("to nobody")
        assert capsys.readouterr().err == ""

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    def test_one_on_a_full_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # What could not be written is tried again as the file is closed.
        with suppress(OSError), Path("/dev/full").open("w") as full:
            monkeypatch.setattr(sys, "stdout", full)
            with problem_raised() as found:
                echo("to nowhere")
        assert (found[0].kind.identifier, found[0].file) == ("disk-full", "standard output")
