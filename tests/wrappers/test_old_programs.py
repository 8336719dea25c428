"""Programs written for Keras's wrappers, and Kerata without scikit-learn."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kerata.running import run_program

GRID = """
import numpy as np
from keras import models, layers
x_train = np.random.RandomState(0).binomial(1, 0.3, (90, 20)).astype(float)
y_train = x_train[:, 0]
model = models.Sequential()
model.add(layers.Dense(16, activation='relu', input_shape=(20,)))
model.add(layers.Dense(16, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(optimizer='rmsprop', loss='binary_crossentropy', metrics=['accuracy'])

from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor
from sklearn.model_selection import GridSearchCV
clf = KerasClassifier(model)
param_grid = {'epochs': [1, 5, 10], # epochs is a fit parameter
              'hidden_size': [32, 64]} # this is a make_model parameter
grid = GridSearchCV(clf, param_grid=param_grid, cv=3)
grid.fit(x_train, y_train)
"""


@pytest.mark.slow
def test_a_grid_over_a_ready_model_runs_as_it_was_written(tmp_path):
    path = tmp_path / "grid.py"
    path.write_text(GRID)
    grid = run_program(path)["grid"]
    assert type(grid.best_estimator_).__module__.startswith("kerata.")
    assert len(grid.cv_results_["params"]) == 6
    scores = grid.cv_results_["mean_test_score"]
    assert scores[-1] > scores[0]
    width = grid.best_params_["hidden_size"]
    assert [x.units for x in grid.best_estimator_.model_.layers] == [width, width, 1]


@pytest.mark.parametrize(
    "text",
    [
        "from keras.wrappers import SKLearnClassifier as Found",
        "from tensorflow.keras.wrappers.scikit_learn import KerasRegressor as Found",
        "import keras.wrappers.scikit_learn as s\nFound = s.KerasClassifier",
        "import keras\nFound = keras.wrappers.SKLearnTransformer",
        "from scikeras.wrappers import KerasClassifier as Found",
    ],
)
def test_wrappers_are_found_where_they_were(tmp_path, text):
    path = tmp_path / "program.py"
    path.write_text(text)
    assert run_program(path)["Found"].__module__.startswith("kerata.wrappers")


def run(code):
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_scikit_learn_is_only_imported_when_it_is_used_and_missed_in_one_sentence():
    found = run(
        "import sys, kerata, kerata.wrappers, kerata.wrappers.scikit_learn as old\n"
        "print('sklearn' in sys.modules)\n"
        "sys.modules['sklearn'] = None\n"
        "for get in (lambda: kerata.wrappers.NetworkClassifier, lambda: old.KerasRegressor):\n"
        "    try: get()\n"
        "    except ImportError as error: print(error)\n"
        "try: kerata.wrappers.KerasClasifier\n"
        "except AttributeError as error: print(error)\n"
    ).splitlines()
    needs = "needs scikit-learn, which is not installed: pip install 'kerata[sklearn]'."
    assert found[0] == "False"
    assert found[1:3] == [f"NetworkClassifier {needs}", f"KerasRegressor {needs}"]
    assert "Did you mean 'KerasClassifier'" in found[3]


@pytest.mark.slow
def test_a_shortened_grid_on_reviews():
    """The grid of epochs and widths over film reviews, with fewer rows and values."""
    if not Path(os.environ.get("KERATA_DATA", "") or "/nothing", "aclImdb_v1.tar.gz").exists():
        pytest.skip("no aclImdb_v1.tar.gz in KERATA_DATA")
    from sklearn.model_selection import GridSearchCV

    from kerata import datasets, layers, models, wrappers

    (train, labels), _ = datasets.imdb.load_data(num_words=10_000)
    x = np.zeros((4000, 10_000))
    for row, words in enumerate(train[:4000]):
        x[row, words] = 1

    def make_model(hidden_size):
        model = models.Sequential()
        model.add(layers.Dense(hidden_size, activation="relu", input_shape=(10_000,)))
        model.add(layers.Dense(hidden_size, activation="relu"))
        model.add(layers.Dense(1, activation="sigmoid"))
        model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
        return model

    clf = wrappers.KerasClassifier(make_model, batch_size=512, random_state=0)
    grid = GridSearchCV(clf, {"epochs": [1, 5], "hidden_size": [32, 64]}, cv=3)
    grid.fit(x, labels[:4000])
    assert grid.best_score_ > 0.8
    assert grid.best_params_["epochs"] == 5
