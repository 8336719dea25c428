"""Forecasts as ONNX files: the last values in, the next ones out."""

import numpy as np
import pandas
import pytest

onnxruntime = pytest.importorskip("onnxruntime")

from kerata.export import ExportError  # noqa: E402  # after the check for onnxruntime
from kerata.workbench.data.containers import Table  # noqa: E402
from kerata.workbench.runs.exporting import export_run  # noqa: E402

from .conftest import sales  # noqa: E402


def weekday(date):
    return pandas.Timestamp(date).weekday()


def test_the_file_forecasts_from_raw_rows_as_the_run_does(run, tmp_path):
    written = export_run(run, tmp_path / "sales.onnx")
    assert written.outputs == ("forecast", "lower", "upper")
    assert written.difference < 1e-6
    session = onnxruntime.InferenceSession(
        str(tmp_path / "sales.onnx"), providers=["CPUExecutionProvider"]
    )
    length = session.get_inputs()[0].shape[1]
    newer = sales(227)
    last = [newer[newer.store == name].tail(length) for name in ("A", "B")]
    given = {
        "history": np.stack([rows.units.to_numpy() for rows in last]),
        "calendar_week": np.array([[float(weekday(rows.date.iloc[-1]))] for rows in last]),
        "series": np.array([["A"], ["B"]], object),
    }
    given = {one.name: given[one.name] for one in session.get_inputs()}
    found = session.run(None, given)
    wanted = run.forecast(Table(sales(227)))
    for values, name in zip(found, ("forecast", "lower", "upper"), strict=True):
        np.testing.assert_allclose(values.ravel(), wanted[name], rtol=1e-5)


def test_gaps_take_the_value_before_and_unknown_series_give_none(run, tmp_path):
    export_run(run, tmp_path / "sales.onnx")
    session = onnxruntime.InferenceSession(
        str(tmp_path / "sales.onnx"), providers=["CPUExecutionProvider"]
    )
    length = session.get_inputs()[0].shape[1]
    history = sales()[:length].units.to_numpy()[None].copy()
    history[0, -4] = history[0, -5]
    gap = history.copy()
    gap[0, -4] = np.nan

    def ask(values, name):
        given = {"history": values, "calendar_week": np.array([[2.0]])}
        given["series"] = np.array([[name]], object)
        return session.run(["forecast"], {i.name: given[i.name] for i in session.get_inputs()})[0]

    np.testing.assert_array_equal(ask(history, "A"), ask(gap, "A"))
    assert np.isnan(ask(history, "C")).all()


def test_what_can_not_be_exported_is_told(run, tmp_path):
    with pytest.raises(ExportError, match="it can be exported as onnx"):
        export_run(run, tmp_path / "sales.html", format="page")
    with pytest.raises(ExportError, match="leave --rows out"):
        export_run(run, tmp_path / "sales.onnx", rows="sales.csv")
    assert not list(tmp_path.iterdir())
