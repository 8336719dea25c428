"""Low floors never import high ones, and importing Kerata stays light."""

import ast
import functools
import re
from pathlib import Path

import pytest

import kerata

ROOT = Path(kerata.__file__).parent
# From the ground up; what stands in one line may not import its neighbours.
FLOORS = (
    {"_version", "base"},
    {"kernels"},
    {"dtype_policies"},
    {"config", "ops", "distribution", "tree"},
    {"data"},
    {"random", "utils"},
    {
        *("activations", "initializers", "regularizers", "constraints", "quantizers"),
        *("preprocessing", "legacy"),
    },
    {"backend", "losses", "optimizers"},
    {"metrics", "callbacks", "mixed_precision"},
    {"layers"},
    {"training"},
    {"saving"},
    {"export"},
    {"models"},
    {"compat", "distillation", "uncertainty"},
    {"applications", "datasets", "plots", "running", "search", "visualization"},
    {"web", "wrappers"},
    {"workbench"},
    {"board", "playground", "serving"},
    {"cli"},
    {"__main__"},
)
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names}
# The workbench's stages: each may import only those before it.
STAGES = (
    *("core", "data", "features", "explain", "splitting", "networks", "training", "diagnosis"),
    *("experiment", "tuning", "evaluation", "forecasting", "report", "runs"),
)


def module_names():
    """Give the file of each module by its dotted name."""
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = module_names()


@functools.cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def all_imports(path):
    """Give the modules that a file imports anywhere, in functions and for types alone too."""
    return tuple(_imports(path))


def _imports(path):
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kerata":
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def imported(path):
    """Give the floors that a module imports when it is itself imported."""
    waiting = list(parsed(path).body)
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


def test_stages_of_the_workbench_import_only_earlier_ones():
    here = {path.stem for path in (ROOT / "workbench").iterdir() if path.stem[0] != "_"}
    assert here == set(STAGES)
    for name, path in MODULES.items():
        if not name.startswith("kerata.workbench."):
            continue
        stage = STAGES.index(name.split(".")[2])
        for other in all_imports(path):
            if other.startswith("kerata.workbench."):
                assert STAGES.index(other.split(".")[2]) <= stage, f"{name} imports {other}"


def test_no_files_import_each_other_in_circles():
    # The package's face imports everything when asked, and everybody may ask it for a name.
    graph = {
        name: {other for other in all_imports(path) if other in MODULES} - {name, "kerata"}
        for name, path in MODULES.items()
        if name != "kerata"
    }
    while True:
        leaves = [name for name, others in graph.items() if not others & graph.keys()]
        if not leaves:
            break
        for name in leaves:
            del graph[name]
    assert not graph, f"in circles, or above one: {sorted(graph)}"


def test_the_map_of_the_house_shows_every_folder():
    design = ROOT.parent.parent / "docs" / "design.md"
    if not design.is_file():
        pytest.skip("the documentation is not here")
    drawn = design.read_text(encoding="utf-8").split("src/kerata/\n", 1)[1].split("```", 1)[0]
    floors, stages = set(), set()
    for line in drawn.splitlines():
        first = re.match(r"( +)((?:\w+(?:/|\.py) ?)+)", line)
        assert first, f"not understood: {line!r}"
        names = {name.strip("/").removesuffix(".py") for name in first[2].split()}
        (stages if len(first[1]) > 2 else floors).update(names)
    assert floors == {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
    assert stages == set(STAGES)
