"""The notebooks under examples/notebooks run from their first cell to their last."""

import pathlib

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("matplotlib")

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "notebooks"


@pytest.mark.parametrize("name", ["render_a_dataset", "match_a_sound", "write_a_method"])
def test_a_notebook_runs(pp, name):
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": str(FOLDER)}}).execute()
