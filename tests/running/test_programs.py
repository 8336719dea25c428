"""Programs in the manner of books and guides give the figures that TensorFlow and Keras give.

``figures.json`` was made by running the same files with TensorFlow 2.21 and Keras 3.15.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from kerata.base.eager import current_front
from kerata.running import run_program

FOLDER = Path(__file__).parent / "programs"
FIGURES = json.loads((FOLDER / "figures.json").read_text())


def test_every_program_has_figures():
    assert {path.stem for path in FOLDER.glob("*.py")} == FIGURES.keys()


@pytest.mark.only_cases("linear_from_scratch", "pipelines", "own_train_step")
@pytest.mark.parametrize("name", sorted(FIGURES))
def test_figures_are_those_of_tensorflow(name):
    figures = run_program(FOLDER / f"{name}.py")["figures"]
    np.testing.assert_allclose(np.array(figures, float), FIGURES[name], rtol=2e-4, atol=1e-4)
    assert "tensorflow" not in sys.modules
    assert current_front() is None
