"""Texts and names have none of some words that give away a translation, or that make a sentence hard to read.

What to write instead: say, name, show, know (tell); is, are (stand); has (bear); again (anew); correct, replace (mend);
video (film); decide, solve (settle); severe (grave); forever (for ever); "at least this severity" (as grave as);
"cannot be determined" (can't be told).
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import ssc_to_nwb

ROOT = Path(__file__).parents[2]
PACKAGE = Path(ssc_to_nwb.__file__).parent
_FORMS = (
    r"(?:un)?told|tells?|telling|stands?|standing|stood|bears?|bearing|borne|anew|mend(?:s|ed)?|films?|filmed"
    r"|settle[sd]?|settling|gravest?|graver"
)
WORDS = re.compile(rf"(?<![.-])\b({_FORMS}|for ever|did not live to)\b", re.IGNORECASE)
# A part of a name; `tell` alone is a method of files.
PARTS = re.compile(rf"(?<![A-Za-z])(?!tell$)({_FORMS})(?![A-Za-z])", re.IGNORECASE)
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for path in (ROOT / "docs").rglob("*.md") if path.relative_to(ROOT / "docs").parts[0] != "_build"),
        *(ROOT / "docs").rglob("*.ipynb"),
        *(ROOT / ".github").rglob("*.md"),
        *(ROOT / "metadata").rglob("*.yaml"),
        *(ROOT / "metadata").rglob("*.md"),
        *(ROOT / "scripts").glob("*.sh"),
        *(PACKAGE / "report" / "templates").glob("*"),
    ]
)
FOLDERS = sorted(path for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__")
MODULES = {
    **{folder.name: sorted(folder.rglob("*.py")) for folder in FOLDERS},
    "modules of the package itself": sorted(PACKAGE.glob("*.py")),
    "scripts": sorted((ROOT / "scripts").rglob("*.py")),
    "docs": sorted((ROOT / "docs").glob("*.py")),
    "tests": sorted(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)),
}


def test_the_words_are_found() -> None:
    text = "It stands there anew; understand, tell-tale, bear it, standard, file.tell(), settled for ever."
    assert [one[0] for one in WORDS.finditer(text)] == ["stands", "anew", "tell", "bear", "settled", "for ever"]


def test_the_words_are_found_in_code(tmp_path: Path) -> None:
    code = '''"""It bears a name."""
def settle(place, standard):  # settled
    """What it told."""
    return f"anew {place.tell()}", "stands", standing_file, isStanding, untold, standalone
'''
    (tmp_path / "module.py").write_text(code)
    assert [(line, word) for line, word, _ in _in_code(tmp_path / "module.py")] == [
        (1, "bears"), (2, "settle"), (2, "settled"), (3, "told"),
        (4, "anew"), (4, "stands"), (4, "standing"), (4, "Standing"), (4, "untold"),
    ]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages(page: Path) -> None:
    assert [line for line in page.read_text(encoding="utf-8").splitlines() if WORDS.search(line)] == []


@pytest.mark.parametrize("part", MODULES)
def test_code(part: str) -> None:
    """Messages, help, descriptions inside NWB files, comments, docstrings, and the names of things."""
    wrong = [
        f"{path.relative_to(ROOT)}, line {line}: {word}: {text}"
        for path in MODULES[part]
        for line, word, text in _in_code(path)
    ]
    assert wrong == []
    assert [path.name for path in MODULES[part] if PARTS.search(path.stem)] == []


def _in_code(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, word, and the text or name that has it."""
    code = path.read_text(encoding="utf-8")
    # To take code apart takes long, and hardly a module has one of the words anywhere.
    if not WORDS.search(code) and not PARTS.search(_with_parts_apart(code)):
        return
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.NAME:
            name = _with_parts_apart(token.string)
            yield from ((token.start[0], found[0], token.string) for found in PARTS.finditer(name))
        elif token.type in (tokenize.COMMENT, tokenize.STRING) or tokenize.tok_name[token.type] == "FSTRING_MIDDLE":
            for number, line in enumerate(token.string.splitlines(), start=token.start[0]):
                yield from ((number, found[0], line.strip()) for found in WORDS.finditer(line))


def _with_parts_apart(names: str) -> str:
    """isStanding as is_Standing."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", names)
