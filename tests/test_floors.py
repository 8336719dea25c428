"""Low floors never import high ones, and importing Kerata stays light."""

import ast
from pathlib import Path

import pytest

import kerata

ROOT = Path(kerata.__file__).parent
# From the ground up; what stands in one line may not import its neighbours.
FLOORS = (
    {"version", "base"},
    {"config", "ops", "distribution"},
    {"random", "utils"},
    {"activations", "initializers", "regularizers", "constraints", "kernels", "preprocessing"},
    {"backend", "losses", "optimizers"},
    {"metrics", "callbacks", "mixed_precision"},
    {"layers"},
    {"training"},
    {"models"},
    {"saving", "datasets", "plots", "running", "search"},
    {"wrappers"},
    {"workbench"},
    {"cli"},
)
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names}


def imported(path):
    """Give the floors that a module imports when it is itself imported."""
    waiting = list(ast.parse(path.read_text(encoding="utf-8")).body)
    for node in waiting:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "kerata":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kerata."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("kerata."))
        for part in ("body", "orelse", "finalbody"):
            waiting += getattr(node, part, [])


def test_every_folder_has_a_floor():
    there = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert there - {"__init__", "__pycache__", "py"} == HEIGHT.keys()


@pytest.mark.parametrize("floor", [name for names in FLOORS for name in sorted(names)])
def test_imports_go_down(floor):
    paths = [ROOT / f"{floor}.py", *(ROOT / floor).rglob("*.py")]
    for path in filter(Path.is_file, paths):
        for name in set(imported(path)) & HEIGHT.keys() - {floor}:
            assert HEIGHT[name] < HEIGHT[floor], f"{path.relative_to(ROOT)} imports {name}"
