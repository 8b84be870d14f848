"""The notebook runs from top to bottom, and shows what is in the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_sessions import Converted
from patience import PATIENCE_S

NOTEBOOK = Path(__file__).parents[2] / "docs" / "tutorial" / "open_session.ipynb"


def _text(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.mark.long
def test_the_notebook_runs(converted_raw: Converted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.setenv("SSC_NWB_FILE", str(converted_raw.path))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=int(PATIENCE_S), resources={"metadata": {"path": str(tmp_path)}}).execute()
    texts = [_text(cell) for cell in notebook.cells if cell.cell_type == "code"]
    made = converted_raw.made
    assert texts[0].startswith(made.spec.animal)
    assert any("16 trials, 50% of the answers correct" in text for text in texts)
    touches = sum(touch.onset_ms.size for touch in made.whisker.touches)
    assert any(f"{touches} touches, " in text for text in texts)
    assert any("ROIs respond to touch" in text for text in texts)
    pictures = [
        output for cell in notebook.cells for output in cell.get("outputs", ()) if "image/png" in output.get("data", {})
    ]
    assert len(pictures) == 4
    assert not any(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", ()))


def test_the_notebook_is_kept_without_outputs() -> None:
    import json

    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")
