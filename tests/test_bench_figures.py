"""The benches' figures are held against their limits, and come into one table."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "bench_figures.py"


@pytest.fixture(scope="module")
def bench() -> SimpleNamespace:
    # A dataclass looks for its module by name.
    return SimpleNamespace(**runpy.run_path(str(SCRIPT)))


@pytest.mark.parametrize(
    ("value", "at_least", "met"), [(1.0, False, True), (1.1, False, False), (1.0, True, True), (0.9, True, False)]
)
def test_a_limit_is_the_last_value_that_is_met(
    bench: SimpleNamespace, *, value: float, at_least: bool, met: bool
) -> None:
    assert bench.Figure(name="a", value=value, unit="x", limit=1.0, at_least=at_least).met is met


def test_a_figure_of_rounds_is_their_median_and_says_their_range(bench: SimpleNamespace) -> None:
    figure = bench.median_figure("a", [3.0, 1.0, 1.5], unit="s", limit=2.0, how="of a file")
    assert (figure.value, figure.met) == (1.5, True)
    assert figure.how == "of a file; 1.00 to 3.00 in 3 rounds"


def test_a_limit_that_is_not_met_is_the_exit_status_and_in_the_table(
    bench: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = bench.Figure(name="time", value=0.5, unit="s", limit=1)
    bad = bench.Figure(name="rate", value=0.31, unit="x", limit=1, at_least=True, how="two rounds")
    assert bench.finish([good], None) == 0
    assert bench.finish([good, bad], tmp_path / "figures.json") == 1
    printed = capsys.readouterr().out
    assert "| time | 0.50 s | at most 1 s | yes |  |" in printed
    assert "| rate | 0.31x | at least 1x | **no** | two rounds |" in printed
    written = json.loads((tmp_path / "figures.json").read_text())["figures"]
    assert [bench.Figure(**one) for one in written] == [good, bad]


def test_the_table_of_a_page_is_replaced_and_the_rest_of_it_stays(
    bench: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = []
    for name in ("first", "second"):
        files.append(str(tmp_path / f"{name}.json"))
        bench.finish([bench.Figure(name=name, value=1234.5, unit="MB", limit=2000)], Path(files[-1]))
    page = tmp_path / "speed.md"
    page.write_text(f"# Speed\n\n{bench.BEGIN}\nold\n{bench.END}\n\nWhy.\n")
    monkeypatch.setattr(sys, "argv", ["bench_figures.py", *files, "--into", str(page)])
    bench.main()
    text = page.read_text()
    assert text.startswith(f"# Speed\n\n{bench.BEGIN}\n") and text.endswith(f"{bench.END}\n\nWhy.\n")
    assert "old" not in text
    assert [line.split("|")[1].strip() for line in text.splitlines() if "1,23" in line] == ["first", "second"]


def test_what_a_fresh_python_prints_last_is_the_result(bench: SimpleNamespace, tmp_path: Path) -> None:
    code = "print('noise')\nprint(json.dumps([Path({place}).name, {number}]))"
    assert bench.python(code, place=tmp_path, number=3) == [tmp_path.name, 3]


def test_a_measurement_that_fails_ends_the_bench_with_its_error(bench: SimpleNamespace) -> None:
    with pytest.raises(SystemExit, match=r"(?s)a measurement failed.*no such thing"):
        bench.python("raise RuntimeError('no such thing')")
