"""Change the source in small ways and count which changes the tests notice.

A seeded sample of places is drawn for each area; at each, one of cosmic-ray's operators changes a
copy of the source, and the tests that reach the place run until one fails. Everything is kept in
``build/mutants``, so that an interrupted run goes on where it was:

- ``source`` and ``tree``: the source as it was, and the copy that is changed. Both stay until
  ``--new``; ``--survivors`` copies the tests anew and tries again what nothing caught.
- ``reach.json``: which test executes which lines, by coverage, made once a test file.
- ``AREA.json``: the sample and what became of it.

``mutants.json`` beside this file lists the mutations that change nothing, each with its reason;
they are left out of the shares.

Every mutant is a forked child of one process that has loaded the libraries, not Kerata.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import hashlib
import importlib
import importlib.util
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "mutants"
TREE = BUILD / "tree"
SOURCE = BUILD / "source"
EQUIVALENT = Path(__file__).with_suffix(".json")
# Where the source of an area lies, and the folders of tests that are tried for it: the folder
# of its own first.
AREAS: dict[str, list[str]] = {
    "base": ["base", "random", "config", "utils", "models", "optimizers"],
    "training": ["training", "callbacks", "models"],
    "search": ["search"],
    "workbench/core": [
        *("workbench/core", "workbench/data", "workbench/splitting", "workbench/evaluation"),
        *("workbench/diagnosis", "workbench/features", "workbench/runs"),
    ],
}
# What most tests import, and what does not start JAX's threads, which a fork would lose.
PRELOADED = ("jax", "numpy", "scipy.sparse", "pandas", "sklearn.model_selection", "keras", "optax")
# Seconds that collecting one more file costs.
COLLECTING = 0.5

Mutant = dict[str, Any]


# Places ------------------------------------------------------------------------------------------


def unwanted(tree: ast.Module) -> Iterator[Any]:
    """Types, texts of errors and names of types: changes there change no behaviour."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (node.returns,) if node.returns else ()
        elif isinstance(node, ast.arg | ast.AnnAssign):
            yield from (node.annotation,) if node.annotation else ()
        elif isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If | ast.Call):
            asked = ast.unparse(node.test if isinstance(node, ast.If) else node.func)
            if asked in ("TYPE_CHECKING", "cast", "TypeVar"):
                yield node
    for node in tree.body:
        value = getattr(node, "value", None)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
            yield node


def places(file: Path) -> dict[tuple[int, int], list[tuple[str, int]]]:
    """The operators (with the number of their occurrence) by the line and column they change."""
    from cosmic_ray.ast import get_ast
    from cosmic_ray.plugins import get_operator, operator_names

    source = file.read_text()
    skipped = [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset))
        for node in unwanted(ast.parse(source))
    ]
    nodes = list(_walk(get_ast(source)))
    found: dict[tuple[int, int], list[tuple[str, int]]] = defaultdict(list)
    for name in operator_names():
        kind = get_operator(name)
        if list(kind.arguments()):
            continue
        operator, occurrence = kind(), 0
        for node in nodes:
            for start, _ in operator.mutation_positions(node):
                if not any(first <= start < last for first, last in skipped):
                    found[start].append((name, occurrence))
                occurrence += 1
    return found


def _walk(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _walk(child)


def mutated(source: str, operator: str, occurrence: int) -> str | None:
    """The source after one change; None where it is no Python any more or the same program."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    text = mutate_code(source, get_operator(operator)(), occurrence)
    try:
        if text is None or ast.dump(ast.parse(text)) == ast.dump(ast.parse(source)):
            return None
    except SyntaxError:
        return None
    return text


def draw(area: str, count: int, seed: int) -> list[Mutant]:
    """A sample of one area: places at random, at each a change at random."""
    chooser = random.Random(f"{seed} {area}")
    by_file = {
        file: places(file) for file in sorted((TREE / "src" / "kerata" / area).glob("**/*.py"))
    }
    everywhere = [(file, place) for file, found in by_file.items() for place in sorted(found)]
    chooser.shuffle(everywhere)
    sample: list[Mutant] = []
    for file, place in everywhere:
        if len(sample) == count:
            break
        source = file.read_text()
        choices = sorted(by_file[file][place])
        chooser.shuffle(choices)
        for operator, occurrence in choices:
            text = mutated(source, operator, occurrence)
            if text is None:
                continue
            before, after = _changed_line(source, text)
            sample.append(
                {
                    "file": str(file.relative_to(TREE)),
                    "line": place[0],
                    "operator": operator,
                    "occurrence": occurrence,
                    "before": before,
                    "after": after,
                    "outcome": None,
                }
            )
            break
    return sample


def _changed_line(source: str, text: str) -> tuple[str, str]:
    old, new = source.splitlines(), text.splitlines()
    first = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    return old[first].strip(), new[first].strip()


# Children ----------------------------------------------------------------------------------------


def preload() -> None:
    """Import what children need, with the settings that the tests make in ``conftest.py``."""
    spec = importlib.util.spec_from_file_location("conftest", TREE / "tests" / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        [str(TREE / "src"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    )
    os.chdir(TREE)
    sys.path.insert(0, str(TREE / "src"))
    for name in PRELOADED:
        importlib.import_module(name)
    assert "kerata" not in sys.modules


def in_child(work: Callable[[], int], cpu: float, log: Path) -> int | None:
    """Run work in a fork of this process; its exit code, None if it took too long."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu) + 1, int(cpu) + 5))
            output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            code = work()
            sys.stdout.flush()
        finally:
            os._exit(code)
    # Busy machines give a process a small part of a processor.
    end = time.monotonic() + 8 * cpu
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            _kill_group(pid)
            if os.WIFSIGNALED(status):
                return None if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else 98
            return os.WEXITSTATUS(status)
        time.sleep(0.05)
    _kill_group(pid)
    os.waitpid(pid, 0)
    return None


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


# Which test reaches what -------------------------------------------------------------------------


class Contexts:
    """A pytest plugin: coverage counts for the test that runs, and each test is timed."""

    def __init__(self, measuring: Any):
        self.measuring = measuring
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Give what follows to this test."""
        self.measuring.switch_context(nodeid)
        self.seconds[nodeid] = -time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Stop the clock."""
        self.seconds[nodeid] += time.process_time()


def compares_bits(test_file: str) -> bool:
    """Whether the file has tests that run as users compile (``-m bits``); it runs so as a whole."""
    return "pytest.mark.bits" in Path(test_file).read_text()


def run_tests(tests: list[str], plugins: tuple[Any, ...] = (), *options: str) -> int:
    """Run tests of one file in this process, with the settings of ``make test``."""
    import pytest

    if compares_bits(tests[0].partition("::")[0]):
        # XLA reads it when JAX's backend starts.
        os.environ["XLA_FLAGS"] = ""
    return int(
        pytest.main(
            ["-p", "no:cacheprovider", "-m", "not slow", *options, *tests], plugins=list(plugins)
        )
    )


def measure(test_file: str, target: Path) -> int:
    """Run one file of tests under coverage; write seconds and lines of each test."""
    import coverage

    kerata = TREE / "src" / "kerata"
    # What runs at import must not count for the test that happens to import it first.
    for file in (file for area in AREAS for file in (kerata / area).glob("**/*.py")):
        importlib.import_module(".".join(file.relative_to(TREE / "src").with_suffix("").parts))
    measuring = coverage.Coverage(
        data_file=None, include=[str(kerata / area / "*") for area in AREAS], config_file=False
    )
    measuring.start()
    contexts = Contexts(measuring)
    code = run_tests([test_file], (contexts,))
    measuring.stop()
    data = measuring.get_data()
    lines: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for measured in data.measured_files():
        place = str(Path(measured).relative_to(TREE))
        for line, names in data.contexts_by_lineno(measured).items():
            for name in filter(None, names):
                lines[name].setdefault(place, []).append(line)
    found = {name: [round(s, 3), lines.get(name, {})] for name, s in contexts.seconds.items()}
    target.write_text(json.dumps({"code": code, "tests": found}))
    return 0


def reach(area: str, limit: float, own: bool) -> dict[str, Any]:
    """What each test file reaches, measured for those that are new or have changed.

    Arguments:
        own: only those of the area's own folder, where tests for survivors are written.
    """
    kept_at, target = BUILD / "reach.json", BUILD / "measured.json"
    kept: dict[str, Any] = json.loads(kept_at.read_text()) if kept_at.exists() else {}
    folders = [Path("tests", name) for name in AREAS[area]]
    files = [file for folder in folders for file in sorted(folder.glob("**/test_*.py"))]
    files += sorted(Path("src/kerata", area).glob("**/*.py"))
    for file in files:
        source = file.read_text()
        if file.parts[0] == "src" and ">>>" not in source:
            continue
        digest = hashlib.sha256(source.encode()).hexdigest()
        foreign = own and folders[0] not in file.parents
        if foreign or kept.get(str(file), {}).get("digest") == digest:
            continue
        started = time.monotonic()
        target.unlink(missing_ok=True)
        in_child(functools.partial(measure, str(file), target), limit, BUILD / "log.txt")
        found: dict[str, Any] = (
            json.loads(target.read_text()) if target.exists() else {"code": -1, "tests": {}}
        )
        kept[str(file)] = {"digest": digest, **found}
        kept_at.write_text(json.dumps(kept))
        print(
            f"{file}: {len(found['tests'])} tests, exit code {found['code']}, "
            f"{time.monotonic() - started:.0f} s",
            flush=True,
        )
    return {name: kept[name] for name in map(str, files) if name in kept}


def chosen_tests(mutant: Mutant, reached: dict[str, Any], limit: float) -> tuple[list[str], float]:
    """The tests that execute the statement (one that runs at import: all that execute its file).

    The area's own folder comes first; by turns the test that executes least beside it and the one
    that executes most of what few others do in its file, up to the limit.
    """
    lines, at_import = statement((TREE / mutant["file"]).read_text(), mutant)
    area = mutant["file"].removeprefix("src/kerata/").rpartition("/")[0]
    found: dict[str, tuple[tuple[bool, bool], float, int, Iterable[int]]] = {}
    nearest: dict[str, set[str]] = {}
    for narrow in (True, False):
        if not narrow:
            if found or not at_import:
                break
            nearest = _nearest(mutant, reached)
        for test_file, of_file in reached.items():
            # A file whose tests fail without any change can't tell anything.
            if of_file["code"] != 0:
                continue
            near = test_file.startswith((f"tests/{area}/", "src/"))
            for test, (seconds, executed) in of_file["tests"].items():
                of_source = executed.get(mutant["file"], ())
                if not (any(line in lines for line in of_source) if narrow else of_source):
                    continue
                first = test in nearest.get(test_file, ())
                breadth = sum(map(len, executed.values()))
                found[test] = ((not first, not near), seconds, breadth, of_source)
    chosen: list[str] = []
    files: set[str] = set()
    total = 0.0
    counts = Counter(line for *_, of_source in found.values() for line in of_source)
    rarity = {t: -sum(1 / counts[line] for line in found[t][3]) for t in found}
    narrow_first = sorted(found, key=lambda t: (found[t][0], found[t][2]))
    rare_first = sorted(found, key=lambda t: (found[t][0], rarity[t]))
    in_turns = dict.fromkeys(t for two in zip(narrow_first, rare_first, strict=True) for t in two)
    for test in in_turns:
        test_file, seconds = test.partition("::")[0], found[test][1]
        cost = seconds + (0 if test_file in files else COLLECTING)
        if total + cost <= limit:
            chosen.append(test)
            files.add(test_file)
            total += cost
    return chosen, total


def statement(source: str, mutant: Mutant) -> tuple[range, bool]:
    """The lines of the statement that is changed, without its body; whether it runs at import."""
    at, at_import = mutant["line"], True
    lines = range(at, at + 1)

    def visit(node: ast.AST, inside: bool) -> None:
        nonlocal lines, at_import
        for child in ast.iter_child_nodes(node):
            first, last = getattr(child, "lineno", 0), getattr(child, "end_lineno", 0)
            first = min([first, *(d.lineno for d in getattr(child, "decorator_list", ()))])
            if isinstance(child, ast.stmt):
                if not first <= at <= last:
                    continue
                head = min([last + 1, *(b.lineno for b in getattr(child, "body", ()))])
                at_import = not inside
                lines = range(first, head) if at < max(head, first + 1) else range(at, at + 1)
                if at >= head and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    visit(child, True)
                else:
                    visit(child, inside)
            else:
                visit(child, inside)

    visit(ast.parse(source), False)
    return lines, at_import


def _nearest(mutant: Mutant, reached: dict[str, Any]) -> dict[str, set[str]]:
    """The tests, by their files, that tell most of a statement that runs at import.

    For a constant those that execute a line that names it, otherwise those of the next line below
    that any test executes.
    """
    executed: dict[int, dict[str, set[str]]] = {}
    for test_file, found in reached.items():
        for test, (_, lines) in found["tests"].items():
            for line in lines.get(mutant["file"], ()):
                executed.setdefault(line, {}).setdefault(test_file, set()).add(test)
    tree = ast.parse((TREE / mutant["file"]).read_text())
    names = {
        name.id
        for node in tree.body
        if isinstance(node, ast.Assign) and node.lineno <= mutant["line"] <= (node.end_lineno or 0)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    chosen: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            for test_file, tests in executed.get(node.lineno, {}).items():
                chosen.setdefault(test_file, set()).update(tests)
    below = [line for line in executed if line > mutant["line"]]
    return chosen or (executed[min(below)] if below else {})


# Mutants -----------------------------------------------------------------------------------------


def outcome(mutant: Mutant, tests: list[str], seconds: float) -> str:
    """Run the tests against the mutant."""
    if not tests:
        return "not reached"
    file = TREE / mutant["file"]
    source = file.read_text()
    text = mutated(source, mutant["operator"], mutant["occurrence"])
    assert text is not None
    compiled = Path(importlib.util.cache_from_source(file))
    by_file: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        by_file[test.partition("::")[0]].append(test)

    def work(files: list[str]) -> int:
        # File by file, since pytest collects all that it is given before it runs the first.
        codes = (run_tests(by_file[name], (), "-x", "--tb=line") for name in files)
        return next(filter(None, codes), 0)

    # How XLA compiles is settled once a process.
    bits = [name for name in by_file if compares_bits(name)]
    groups = [[name for name in by_file if name not in bits], bits]
    code: int | None = 0
    try:
        compiled.unlink(missing_ok=True)
        file.write_text(text)
        for group in filter(None, groups):
            code = in_child(functools.partial(work, group), 60 + 3 * seconds, BUILD / "log.txt")
            if code != 0:
                break
    finally:
        file.write_text(source)
        compiled.unlink(missing_ok=True)
    return {None: "caught by the time limit", 0: "survived"}.get(code, "caught")


def is_equivalent(mutant: Mutant, known: list[dict[str, str]]) -> bool:
    """Whether the list of mutations that change nothing has this one."""
    return any(all(mutant[key] == one[key] for key in ("file", "before", "after")) for one in known)


def report(area: str, sample: list[Mutant]) -> None:
    """Print the share that was caught, and what was not."""
    known = json.loads(EQUIVALENT.read_text())
    tried = [one for one in sample if one["outcome"]]
    counted = [one for one in tried if not is_equivalent(one, known)]
    caught = sum(one["outcome"].startswith("caught") for one in counted)
    share = f"{caught / len(counted):.0%}" if counted else "nothing"
    print(
        f"{area}: {caught} of {len(counted)} caught ({share}), "
        f"{len(tried) - len(counted)} change nothing, {len(sample) - len(tried)} not tried"
    )
    for one in counted:
        if not one["outcome"].startswith("caught"):
            print(f"  {one['file']}:{one['line']} {one['outcome']} ({one['operator']})")
            print(f"    - {one['before']}\n    + {one['after']}")


def copied(new: bool, tests: bool) -> None:
    """Make the copy, or bring its source back and, where asked, its tests up to date."""
    if new or not SOURCE.exists():
        shutil.rmtree(BUILD, ignore_errors=True)
        shutil.copytree(ROOT / "src", SOURCE, ignore=shutil.ignore_patterns("*.pyc"))
    # A run that was killed leaves its mutant behind.
    _mirror(SOURCE, TREE / "src")
    if tests or not (TREE / "tests").exists():
        _mirror(ROOT / "tests", TREE / "tests")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy2(ROOT / name, TREE / name)


def _mirror(folder: Path, copy: Path) -> None:
    for file in folder.glob("**/*"):
        place = copy / file.relative_to(folder)
        if file.suffix == ".pyc" or not file.is_file():
            continue
        if not (place.exists() and place.read_bytes() == file.read_bytes()):
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)
            Path(importlib.util.cache_from_source(place)).unlink(missing_ok=True)


def main() -> None:
    """Draw, try, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("areas", nargs="*", default=list(AREAS), help=", ".join(AREAS))
    parser.add_argument("--count", type=int, default=60, help="mutants an area")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=40, help="seconds of tests for a mutant")
    parser.add_argument("--new", action="store_true", help="forget what is kept, copy the source")
    parser.add_argument("--own", action="store_true", help="measure only the area's own tests")
    parser.add_argument("--survivors", action="store_true", help="try those again, new tests too")
    parser.add_argument("--report", action="store_true", help="only print what is kept")
    options = parser.parse_args()
    if not options.report:
        copied(options.new, options.survivors)
        preload()
    for area in options.areas:
        kept = BUILD / f"{area.replace('/', '.')}.json"
        sample = json.loads(kept.read_text()) if kept.exists() else []
        if not options.report:
            # A larger count continues the same sequence, so what is known stays.
            tried = {(one["file"], one["operator"], one["occurrence"]): one for one in sample}
            sample = [
                tried.get((one["file"], one["operator"], one["occurrence"]), one)
                for one in draw(area, options.count, options.seed)
            ]
            reached = reach(area, 60, options.own or options.survivors)
            known = json.loads(EQUIVALENT.read_text())
            for one in sample:
                again = options.survivors and one["outcome"] in ("survived", "not reached")
                again = again and not is_equivalent(one, known)
                if one["outcome"] is None or again:
                    started = time.monotonic()
                    one["outcome"] = outcome(one, *chosen_tests(one, reached, options.limit))
                    kept.write_text(json.dumps(sample, indent=1))
                    print(
                        f"{one['file']}:{one['line']} {one['outcome']}, "
                        f"{time.monotonic() - started:.0f} s",
                        flush=True,
                    )
        report(area, sample)


if __name__ == "__main__":
    main()
