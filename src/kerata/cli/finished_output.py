"""What the commands for finished runs print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.cli.errors import UserError
from kerata.cli.paragraphs import say
from kerata.cli.verdict import print_verdict

if TYPE_CHECKING:
    from rich.console import Console

    from kerata.workbench.runs.run import Run

MAIN = {"binary": "accuracy", "classes": "accuracy", "labels": "F1 of labels"}


def print_predict(
    name: str, new: str | None, out: Path | None, table: str | None, folder: Path
) -> None:
    """Write predictions and say where they are; without a file they are all that is written."""
    from kerata.workbench import runs
    from kerata.workbench.runs.inference import predict_source

    console = _console(stderr=out is None)
    run = runs.load(name, folder)
    if out is None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", newline="")
    if run.is_forecast:
        from kerata.cli.forecast import print_forecast

        print_forecast(console, run, new, out, table)
        return
    if new is None:
        raise UserError(
            f"Missing NEW, the rows to be predicted: the run {run.name!r} answers rows."
        )
    if out is None:
        answered = predict_source(run, new, sys.stdout, table=table)
        say(console, "Notes", answered.notes)
        return
    answered = predict_source(run, new, out, table=table)
    say(console, "Notes", answered.notes)
    rows = "1 row" if answered.rows == 1 else f"{answered.rows:,} rows"
    console.print(f"{rows} with predictions of {run.task.target!r}: {answered.path}")
    _python(
        console,
        "from kerata.workbench import runs",
        "from kerata.workbench.runs.inference import predict_source",
        "",
        f"predict_source(runs.load({name!r}), {new!r}, {str(out)!r})",
    )


def print_export(name: str, to: str, out: Path | None, rows: str | None, folder: Path) -> None:
    """Write a file and say what goes in and comes out, and how far answers are from Kerata's."""
    from kerata.workbench import runs
    from kerata.workbench.runs.exporting import ALONE, export_run

    console = _console()
    run = runs.load(name, folder)
    console.print(f"{export_run(run, out, format=to, rows=rows)}.")
    if to in ALONE:
        names = ", ".join(run.preparation.input_names)
        console.print(f"It holds the network alone, which takes prepared rows ({names}).")


def print_evaluate(name: str, test: str, table: str | None, folder: Path) -> None:
    """Print the metrics on other rows and those of the run's own test rows."""
    from kerata.workbench import runs
    from kerata.workbench.core.several import by_target
    from kerata.workbench.core.wording import counted, number
    from kerata.workbench.evaluation.figures import between, figure, metric_between
    from kerata.workbench.evaluation.quality import target_sentence
    from kerata.workbench.runs.inference import evaluate_source

    console = _console()
    run = runs.load(name, folder)
    if run.is_forecast:
        from kerata.cli.forecast import print_judged

        print_judged(console, run, test, table)
        return
    judged = evaluate_source(run, test, table=table)
    say(console, "Notes", judged.notes)
    task = run.task
    if task.kind in ("binary", "classes") and len(task.classes) <= 12:
        from kerata.workbench.core.confusion import confusion_matrix, confusion_table
        from kerata.workbench.core.metrics import answers

        said = answers(task, judged.outputs)
        matrix = confusion_matrix(judged.truth, said, len(task.classes))
        console.print(confusion_table(matrix, task.classes))
    main = next(iter(judged.metrics))
    rows = counted(len(judged.truth), "row")
    folded = (run.record.get("split") or {}).get("folds")
    own = "rows out of fold" if folded else "test rows"
    console.print(
        f"{rows}: {_said(main)} {figure(judged.metrics[main], task)} "
        f"({between(judged.interval, task)}); on the run's own {own} it was "
        f"{figure(run.record['metrics'][main], task)}."
    )
    if task.parts:
        for part, truth, said in by_target(task, judged.truth, judged.outputs):
            console.print(f"  {target_sentence(part, truth, said, judged.dependence)}")
    for other in list(judged.metrics)[1:]:
        mine, before = number(judged.metrics[other]), number(run.record["metrics"].get(other))
        ends = metric_between(judged.intervals[other])
        console.print(f"  {_said(other)}: {mine} ({ends}; {own} {before})")
    for sentence in _coverage(run, judged):
        console.print(sentence)
    if judged.trained_on:
        console.print(judged.trained_on)
    if judged.unseen_interval is not None:
        others = counted(judged.unseen_rows, "other row")
        console.print(
            f"{others}: {_said(main)} {figure(judged.unseen[main], task)} "
            f"({between(judged.unseen_interval, task)})."
        )
    _python(
        console,
        "from kerata.workbench import runs",
        "from kerata.workbench.runs.inference import evaluate_source",
        "",
        f"print(evaluate_source(runs.load({name!r}), {test!r}).metrics)",
    )


def print_diagnose(name: str, data: str | None, folder: Path) -> None:
    """Print the findings on a run, and what could not be looked for."""
    from kerata.workbench import runs
    from kerata.workbench.runs.examination import diagnose_run

    console = _console()
    run = runs.load(name, folder)
    found = diagnose_run(run, data)
    say(console, f"Diagnosis of {run.name}", found.sentences() or ["Nothing is wrong with it."])
    given = f"runs.load({name!r})" + ("" if data is None else f", {data!r}")
    _python(
        console,
        "from kerata.workbench import runs",
        "from kerata.workbench.runs.examination import diagnose_run",
        "",
        f"print(diagnose_run({given}))",
    )


def print_runs(folder: Path) -> None:
    """Print a line for each run."""
    from kerata.workbench import runs

    console = _console()
    found, damaged = runs.look_through(folder)
    say(console, "Damaged", damaged)
    if not found and damaged:
        return
    if not found:
        console.print(f"There are no runs in {str(folder)!r} yet. Make one: kerata train FILE.csv")
        return
    console.print(_table_of(found))


def print_show(name: str, folder: Path) -> None:
    """Print a run's verdict, figures, times and files."""
    from kerata.workbench import runs

    console = _console()
    run = runs.load(name, folder)
    record = run.record
    console.print(f"{run.name}: {record['network']} for {run.task.target!r}", style="bold")
    rows = record.get("rows") or {}
    facts = [
        run.task.why,
        f"Made {record['created'][:16].replace('T', ' ')} from {record.get('source')}, "
        f"seed {record.get('seed')}.",
        f"{rows.get('train', 0):,} training rows, {rows.get('validation', 0):,} validation rows, "
        f"{rows.get('test', 0):,} {_test_rows(record)}.",
        f"{record.get('epochs')} epochs, weights of epoch {record.get('best_epoch')}; "
        f"{record.get('parameters') or 0:,} parameters, {_megabytes(record.get('bytes') or 0)}"
        + (f"; {_per_second(record)} predicted a second." if not run.is_forecast else "."),
    ]
    say(console, "Run", facts)
    say(console, "Figures", _figures(record))
    for one in record.get("targets") or []:
        say(console, f"Figures of {one['target']!r}", _figures(one))
    print_verdict(console, record)
    if record.get("verdict") and not (run.path / "report.html").exists():
        say(console, "Report", ["None: it was not asked for, or the command was ended before it."])
    say(console, "Notes", record.get("notes") or [])
    say(console, "Time", _times(record))
    say(console, "Saved", [str(path) for path in sorted(run.path.iterdir())])


def _coverage(run: Run, judged: Any) -> list[str]:
    """Say how many true values lie in the intervals around amounts."""
    from kerata.workbench.core.intervals import inside_of
    from kerata.workbench.training.certainty import coverage_sentence, ends_of

    if not run.residuals:
        return []
    inside = inside_of(ends_of(run.task, run.residuals, judged.outputs), judged.truth)
    each = inside.reshape(len(inside), -1).astype(float).T
    parts = run.task.parts or (run.task,)
    told = []
    for part, one, mine in zip(parts, run.residuals, each, strict=True):
        of = f"{part.target!r}: " if run.task.parts else ""
        told.append(of + coverage_sentence(part, [one], mine, judged.dependence))
    return told


def _test_rows(record: dict[str, Any]) -> str:
    folded = (record.get("split") or {}).get("folds")
    return "of them answered in the folds of a cross-validation" if folded else "test rows"


def print_compare(names: list[str], out: Path | None, folder: Path) -> None:
    """Print runs in one table, and the result of the paired test."""
    from kerata.workbench import runs
    from kerata.workbench.runs.compare import draw_curves

    console = _console()
    found = {run.name: run for run in (runs.load(name, folder) for name in names)}
    task = next(iter(found.values())).task
    for part in task.parts:
        _print_pairs(console, found, part, part.target)
    _print_pairs(console, found, task)
    picture = out or folder / f"compare-{'-'.join(found)}.png"
    say(console, "Pictures", [str(draw_curves(list(found.values()), picture))])


def _print_pairs(
    console: Console, found: dict[str, Run], task: Any, target: str | None = None
) -> None:
    """Print how runs compare by one target, or by all that they have."""
    from rich.table import Table
    from rich.text import Text

    from kerata.workbench.evaluation.figures import figure
    from kerata.workbench.runs.compare import compare_runs

    compared = compare_runs(list(found.values()), target)
    pairs = compared.pairs
    if target is not None or task.parts:
        title = f"Target {target!r}" if target is not None else "All targets"
        console.print(title, style="bold")
    main = MAIN.get(task.kind, "mean error in SDs" if task.parts else "mean error")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    titles = ("run", main, "behind the best by", "95% interval", "p")
    for title in (*titles, "parameters", "size", "training", "rows a second"):
        table.add_column(title, justify="left" if title == "run" else "right")
    for pair in pairs:
        record = found[pair.name].record
        behind = ["", "", ""]
        if pair is not pairs[0]:
            low, high = (figure(end, task) for end in pair.interval)
            behind = [figure(pair.gain, task), f"{low} to {high}", f"{pair.p:.3g}"]
        cells = [
            *(pair.name, figure(pair.value, task), *behind),
            f"{record.get('parameters') or 0:,}",
            _megabytes(record.get("bytes") or 0),
            f"{(record.get('seconds') or {}).get('training') or 0:.1f} s",
            "" if record.get("rows_per_second") is None else f"{record['rows_per_second']:,.0f}",
        ]
        table.add_row(*map(Text, cells))
    console.print(table)
    console.print(compared.how)


def print_rerun(
    name: str,
    new: str | None,
    overwrite: bool,
    folder: Path,
    *,
    network: str | None = None,
    data: str | None = None,
) -> None:
    """Train again and say whether the result is the same."""
    from kerata.cli.request import Request
    from kerata.cli.run_saver import RunSaver
    from kerata.workbench import runs
    from kerata.workbench.runs.rerun import train_again

    console = _console()
    run = runs.load(name, folder)
    again = new or f"{run.name}-again"
    runs.check_name(again, run.path.parent, overwrite=overwrite)
    with_diagnosis = run.record.get("diagnosis") is not None
    request = Request(
        source=str(data or run.config.get("source")),
        table=run.config.get("table"),
        out=run.path.parent,
        overwrite=overwrite,
    )
    saver = RunSaver(console, request, again, None)
    with saver.watching(), saver.telling("rerun") as told:
        trained = train_again(
            run,
            network=network,
            data=data,
            with_diagnosis=with_diagnosis,
            watch=[saver.watch, told.watch],
            on_event=told.on_event,
        )
        if saver.run is None:
            assert saver.problem is not None
            raise saver.problem
        made = runs.complete(saver.run, trained)
    before, after = run.record["metrics"], made.record["metrics"]
    if before == after:
        console.print("The same result as before, to the last digit.")
    else:
        changed = [f"{_said(k)} {_number(before[k])}, now {_number(after[k])}" for k in before]
        console.print(f"Another result than before: {'; '.join(changed)}.")
        theirs, ours = run.record.get("versions", {}), made.record["versions"]
        newer = [f"{k} {theirs.get(k)}, now {v}" for k, v in ours.items() if theirs.get(k) != v]
        say(console, "What changed", newer)
    say(console, "Saved", [str(made.path)])


def _table_of(found: list[Run]) -> Any:
    from rich.table import Table
    from rich.text import Text

    from kerata.workbench.evaluation.figures import figure

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("run", "made", "network", "predicts", "test", "95% interval", "parameters"):
        right = title in ("test", "95% interval", "parameters")
        table.add_column(title, justify="right" if right else "left")
    for run in found:
        record = run.record
        main, value = next(iter(record["metrics"].items()))
        low, high = (figure(end, run.task) for end in record["interval"])
        cells = (
            run.name,
            record["created"][:16].replace("T", " "),
            record["network"],
            run.task.target,
            f"{_said(main)} {figure(value, run.task)}",
            f"{low} to {high}",
            f"{record.get('parameters') or 0:,}",
        )
        table.add_row(*map(Text, cells))
    return table


def _console(*, stderr: bool = False) -> Console:
    from kerata.utils.terminal import terminal

    return terminal(highlight=False, markup=False, stderr=stderr)


def _python(console: Console, *lines: str) -> None:
    console.print("The same in Python", style="bold")
    for line in lines:
        console.print(line, soft_wrap=True)


def _figures(record: dict[str, Any]) -> list[str]:
    """Write all figures with their intervals, which older runs lack but for the main one."""
    from kerata.workbench.core.wording import number
    from kerata.workbench.evaluation.figures import metric_between

    main = next(iter(record["metrics"]))
    ends = {main: record["interval"], **(record.get("intervals") or {})}
    lines = []
    for name, value in record["metrics"].items():
        between = f" ({metric_between(ends[name], 4)})" if name in ends else ""
        lines.append(f"{_said(name)}: {number(value)}{between}")
    return lines


def _said(metric: str) -> str:
    names = {
        "standardised_mae": "mean error in standard deviations",
        "mae": "mean error",
        "rmse": "root mean square error",
        "r2": "R²",
        "auc": "AUC",
    }
    names |= {"mase": "MASE", "coverage": "share in the intervals"}
    return names.get(metric, metric.replace("_", " "))


def _number(value: float | None) -> str:
    from kerata.workbench.core.wording import number

    return number(value)


def _times(record: dict[str, Any]) -> list[str]:
    return [f"{name}: {time or 0:.1f} s" for name, time in (record.get("seconds") or {}).items()]


def _per_second(record: dict[str, Any]) -> str:
    speed = record.get("rows_per_second")
    return "an unknown number of rows" if speed is None else f"{speed:,.0f} rows"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.0f} kB"
