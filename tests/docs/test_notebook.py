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


def test_the_notebook_is_kept_with_its_outputs() -> None:
    """The site shows them; `scripts/run_notebook.py` makes them again."""
    import json

    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4
    assert not any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs)
    assert not any(cell["metadata"] for cell in cells)
    assert set(notebook["metadata"]["language_info"]) == {"name"}
