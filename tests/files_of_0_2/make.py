"""Make the files that later versions must read; run once, by the version in the folder's name."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np

import kerata as keras
from kerata.workbench import fit_source, read_source
from kerata.workbench.runs import save

HERE = Path(__file__).parent


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 5)).astype("float32")
    y = (x[:, :1] > 0).astype("float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(4, activation="relu", kernel_regularizer="l2"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=2, verbose=0)
    model.save(HERE / "model.keras")
    model.save(HERE / "model.h5")
    model.save_weights(HERE / "model.weights.h5")
    model.export(HERE / "model.onnx", verbose=False)

    lines = ["size,town,kind"]
    for size, town in zip(rng.normal(5, 2, 160).round(2), rng.integers(0, 3, 160), strict=True):
        kind = "pear" if size + town > 6 else "apple"
        lines.append(f"{size},{('Ulm', 'Rome', 'Oslo')[town]},{kind}")
    (HERE / "fruit.csv").write_text("\n".join(lines) + "\n")
    source = read_source(HERE / "fruit.csv", target="kind")
    trained = fit_source(source, network="linear", epochs=5, folds=1)
    shutil.rmtree(HERE / "runs", ignore_errors=True)
    run = save(trained, "fruit", HERE / "runs")
    for unneeded in ("pictures", "tensorboard", "report.html"):
        path = run.path / unneeded
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    # Where it was made is nobody's business.
    for path in run.path.glob("*.json"):
        path.write_text(path.read_text().replace(str(Path.cwd()), "/home/ada/fruit"))
    recorded = {
        "version": keras.__version__,
        "x": x[:6].tolist(),
        "outputs": np.asarray(model.predict(x[:6], verbose=0)).tolist(),
        "after_a_step": float(model.train_on_batch(x, y)[0]),
        "run": run.predict(source.train)[:6].tolist(),
    }
    (HERE / "recorded.json").write_text(json.dumps(recorded, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
