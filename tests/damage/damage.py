"""Damages files byte by byte and reads them; run as a program, so that a crash is seen.

python damage.py FOLDER SEED COUNT KIND ... prints a line for each outcome that is neither a
result nor one sentence, and ends with the numbers of both.
"""

import json
import random
import resource
import shutil
import sys
import time
import warnings
from pathlib import Path

import numpy as np

KINDS = ("keras", "h5", "weights.h5", "feather", "parquet", "npz", "run")
# What a reader may raise: one sentence for the user.
SENTENCES = (ValueError, FileNotFoundError, FloatingPointError, MemoryError)
MOST_SECONDS = 60
MOST_BYTES = 16 << 30


def main(folder, seed, count, *kinds):
    """Damage files of the kinds, so many times each."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    warnings.simplefilter("ignore")
    folder, rng = Path(folder), random.Random(int(seed))
    totals = {"read": 0, "refused": 0}
    for kind in kinds:
        whole, read = prepare(folder, kind)
        for number in range(int(count)):
            content = damaged(whole, rng)
            began = time.perf_counter()
            try:
                read(content)
                outcome = "read"
            except SENTENCES as error:
                outcome = "refused"
                if not str(error) or chr(27) in str(error):
                    print(f"{kind} {number}: no sentence: {str(error)!r}", flush=True)
            except Exception as error:
                print(f"{kind} {number}: {type(error).__name__}: {str(error)[:200]!r}", flush=True)
                keep = folder / f"bad-{number}.{kind}"
                keep.write_bytes(content)
                continue
            totals[outcome] += 1
            taken = time.perf_counter() - began
            if taken > MOST_SECONDS:
                print(f"{kind} {number}: took {taken:.0f} s", flush=True)
    print(json.dumps(totals))


def damaged(whole, rng):
    """Change, cut out, double or cut off some bytes."""
    content = bytearray(whole)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(content))
        way = rng.randrange(6)
        if way <= 2:
            content[place] = rng.choice((0, 1, 27, 127, 255, rng.randrange(256)))
        elif way == 3:
            content[place : place + 8] = rng.choice(
                (bytes(8), b"\xff" * 8, (1 << rng.randrange(63)).to_bytes(8, "little"))
            )
        elif way == 4:
            del content[place : place + rng.randint(1, 64)]
        else:
            content[place:place] = content[place : place + rng.randint(1, 64)]
        if len(content) < 2:
            break
    return bytes(content)


def prepare(folder, kind):
    """Give the bytes of a whole file and what reads a damaged one."""
    if kind in ("feather", "parquet", "npz"):
        return _table(folder, kind)
    if kind == "run":
        return _run(folder)
    return _model(folder, kind)


def _model(folder, kind):
    from kerata import Input, Sequential, layers, models

    model = Sequential([Input((2,)), layers.Dense(2, name="d"), layers.BatchNormalization()])
    model.compile("adam", "mse")
    whole, path = folder / f"whole.{kind}", folder / f"damaged.{kind}"
    (model.save_weights if kind == "weights.h5" else model.save)(whole)

    def read(content):
        path.write_bytes(content)
        if kind == "weights.h5":
            model.load_weights(path)
        else:
            models.load_model(path).summary(print_fn=lambda text: None)

    return whole.read_bytes(), read


def _table(folder, kind):
    from kerata.workbench.data import read_source

    whole, path = folder / f"whole.{kind}", folder / f"damaged.{kind}"
    rows = 60
    columns = {
        "size": np.linspace(0, 1, rows),
        "town": np.array(["Ulm", "Bonn", "Cologne"] * (rows // 3)),
        "target": np.arange(rows) % 2,
    }
    if kind == "npz":
        np.savez(whole, x=np.random.default_rng(0).normal(size=(rows, 3)), y=columns["target"])
    else:
        import pyarrow as pa
        import pyarrow.feather as feather
        import pyarrow.parquet as parquet

        table = pa.table(columns)
        (feather.write_feather if kind == "feather" else parquet.write_table)(table, str(whole))

    def read(content):
        path.write_bytes(content)
        str(read_source(path, target="target" if kind != "npz" else None).train)

    return whole.read_bytes(), read


def _run(folder):
    """Damage one of a run's files after the other, all inside one text of bytes."""
    import pandas

    from kerata.workbench import fit_source, runs
    from kerata.workbench.data import read_source

    rng = np.random.default_rng(0)
    size = rng.normal(size=80)
    kind = np.where(size > 0, "pear", "apple")
    town = rng.choice(["Ulm", "Bonn"], 80)
    pandas.DataFrame({"size": size.round(1), "town": town, "kind": kind}).to_csv(
        folder / "fruit.csv", index=False
    )
    source = read_source(folder / "fruit.csv", target="kind")
    made = fit_source(source, network="linear", epochs=2, folds=1)
    run = runs.save(made, "whole", folder / "runs", report=False, overwrite=True)
    names = ["run.json", "config.json", "history.csv", "test_predictions.csv", "model.keras"]
    pieces = [(run.path / name).read_bytes() for name in names]
    mark = b"\n====\n"
    copy = folder / "runs" / "copy"

    def read(content):
        from kerata.cli.finished_output import print_runs, print_show

        found = content.split(mark)
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(run.path, copy)
        for name, piece in zip(names, found, strict=False):
            (copy / name).write_bytes(piece)
        damaged = runs.load("copy", folder / "runs")
        _quietly(print_runs, folder / "runs")
        _quietly(print_show, "copy", folder / "runs")
        damaged.answers()
        assert damaged.history is not None
        damaged.predict(source.train)

    return mark.join(pieces), read


def _quietly(call, *arguments):
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as out:
        call(*arguments)
    if chr(27) in out.getvalue():
        print(f"{call.__name__} let an escape sequence through", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
