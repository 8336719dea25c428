"""Runs a page's evaluator in Node, on graphs and their inputs."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest

from kerata.export.page import as_json
from kerata.export.page.markup import joined
from kerata.export.page.modules import EVALUATOR, source

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
_RUNNER = """
import fs from "node:fs";
const jobs = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const ODD = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };
const plain = (x) => (typeof x === "number" && !Number.isFinite(x) ? String(x) : x);
const read = (x) => ODD[x] ?? x;
const found = jobs.map(({ graph, rows }) => {
  const compute = loaded(graph);
  return rows.map((row) => {
    const given = Object.fromEntries(graph.inputs.map(({ name, type }) => {
      const { dims, data } = row[name];
      const values = type === STRING ? data : ARRAYS[type].from(data, read);
      return [name, tensor(type, dims, values)];
    }));
    return Object.values(compute(given)).map(({ dims, data }) =>
      ({ dims, data: Array.from(data, plain) }));
  });
});
console.log(JSON.stringify(found));
"""


def in_node(folder, jobs):
    """Run graphs, each on several sets of inputs; give the outputs of each.

    Arguments:
        folder: for the files.
        jobs: pairs of an ONNX model and a list of dictionaries of arrays.
    """
    program = folder / "run.mjs"
    evaluator = "\n".join(joined(source(name)) for name in EVALUATOR)
    program.write_text(evaluator + _RUNNER, encoding="utf-8")
    data = [
        {
            "graph": as_json(proto),
            "rows": [{name: _plain(value) for name, value in row.items()} for row in rows],
        }
        for proto, rows in jobs
    ]
    (folder / "in.json").write_text(json.dumps(data), encoding="utf-8")
    done = subprocess.run(
        ["node", str(program), str(folder / "in.json")], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [[[_array(x) for x in row] for row in job] for job in json.loads(done.stdout)]


_NAMED = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}


def _plain(value):
    value = np.asarray(value)
    cells = value.ravel().tolist()
    if value.dtype.kind == "f":
        names = {np.inf: "Infinity", -np.inf: "-Infinity"}
        cells = ["NaN" if x != x else names.get(x, x) for x in cells]
    return {"dims": list(value.shape), "data": cells}


def _array(given):
    cells = given["data"]
    if not any(isinstance(x, str) and x not in _NAMED for x in cells):
        cells = np.array([_NAMED.get(x, x) for x in cells], float)
    return np.array(cells, object if isinstance(cells, list) else float).reshape(given["dims"])
