"""Kinds of columns in tables with dirt."""

import json

import numpy as np
import pytest

pytest.importorskip("pandas")

from kerata.workbench.core.task import choose_task
from kerata.workbench.data import read_source
from kerata.workbench.data.schema import (
    Column,
    column_values,
    infer_columns,
    load_overrides,
)

KINDS = {
    "wine": {
        "sample no": "identifier",
        "alcohol": "number",
        "malic acid": "number",
        "magnesium": "number",
        "proline": "number",
        "hue": "category",
        "country": "constant",
        "comment": "nearly empty",
        "cultivar code": "leak",
        "cultivar": "target",
    },
    "cancer": {
        "Nr": "identifier",
        "radius": "number",
        "area": "number",
        "texture": "number",
        "seen on": "date",
        "notes": "text",
        "ward": "category",
        "oncologist": "leak",
        "nothing": "nearly empty",
        "result": "target",
    },
    "diabetes": {
        "patient_id": "identifier",
        "age": "number",
        "sex": "category",
        "bmi": "number",
        "cost": "number",
        "balance": "number",
        "visit": "date",
        "zip": "category",
        "score next year": "leak",
        "progression": "target",
    },
}
TASKS = {
    "wine": ("classes", ["Barbera", "Barolo", "Grignolino"]),
    "cancer": ("binary", None),
    "diabetes": ("regression", []),
}


@pytest.mark.parametrize("name", list(KINDS))
def test_every_column_is_recognised(dirty, name):
    path, target = dirty(name)
    frame = read_source(path, target=target).train.frame
    columns = infer_columns(frame, target)
    assert {column.name: column.kind for column in columns} == KINDS[name]
    usable = {"number", "category", "date", "text"}
    assert all(column.used == (column.kind in usable) for column in columns)
    assert all(column.why for column in columns)
    kind, classes = TASKS[name]
    task = choose_task(frame[target], target)
    assert task.kind == kind
    if classes is not None:
        assert task.classes == classes
    assert len(task.encode(frame[target])) == len(frame)


def test_numbers_are_those_of_the_clean_table(dirty):
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

    path, target = dirty("wine")
    frame = read_source(path, target=target).train.frame
    columns = {column.name: column for column in infer_columns(frame, target)}
    wine = load_wine().data
    alcohol = column_values(frame, columns["alcohol"]).to_numpy()
    present = ~np.isnan(alcohol)
    assert 0.8 < present.mean() < 0.97
    np.testing.assert_allclose(alcohol[present], wine[present, 0], atol=0.006)
    np.testing.assert_allclose(column_values(frame, columns["proline"]), wine[:, 12] * 10)
    assert set(column_values(frame, columns["hue"])) == {"deep", "pale"}
    assert columns["hue"].why.startswith("2 values in ")

    path, target = dirty("cancer")
    frame = read_source(path, target=target).train.frame
    columns = {column.name: column for column in infer_columns(frame, target)}
    cancer = load_breast_cancer().data
    np.testing.assert_allclose(column_values(frame, columns["area"]), cancer[:, 3] * 4, atol=0.06)
    np.testing.assert_allclose(column_values(frame, columns["texture"]), cancer[:, 1], atol=0.006)
    dates = column_values(frame, columns["seen on"])
    assert dates.dtype.kind == "M"
    assert dates.notna().all()
    assert set(column_values(frame, columns["ward"])) == {"01", "02", "03", "04"}

    path, target = dirty("diabetes")
    frame = read_source(path, target=target).train.frame
    columns = {column.name: column for column in infer_columns(frame, target)}
    diabetes = load_diabetes(scaled=False).data
    cost = column_values(frame, columns["cost"])
    np.testing.assert_allclose(cost, diabetes[:, 4] * 100, atol=0.006)
    balance = column_values(frame, columns["balance"]).to_numpy()
    np.testing.assert_allclose(np.abs(balance), diabetes[:, 5], atol=0.6)
    assert (balance[diabetes[:, 5] < 149] < 0).all()
    assert column_values(frame, columns["visit"]).dt.year.between(2019, 2021).all()


def test_new_rows_are_read_as_the_training_rows_were(dirty):
    """One row of a new file says little by itself: what was learned decides."""
    path, target = dirty("diabetes")
    frame = read_source(path, target=target).train.frame
    columns = infer_columns(frame, target)
    again = [Column.from_dict(json.loads(json.dumps(c.as_dict()))) for c in columns]
    assert again == columns
    one = frame.drop(columns=target).iloc[[3]].astype(object)
    for column in again:
        if column.used:
            new, old = column_values(one, column), column_values(frame, column).iloc[[3]]
            assert new.equals(old) or (new.isna().all() and old.isna().all())


def test_columns_of_a_file_can_be_edited(dirty, tmp_path):
    path, target = dirty("wine")
    frame = read_source(path, target=target).train.frame
    columns = infer_columns(frame, target)
    file = tmp_path / "columns.json"
    file.write_text(json.dumps({c.name: c.as_dict() for c in columns}))
    overrides = load_overrides(file)
    assert overrides["sample no"] == "drop"
    assert overrides["hue"] == "category"
    same = infer_columns(frame, target, overrides)
    assert [c.used for c in same] == [c.used for c in columns]
    file.write_text('{"cultivar code": "category", "hue": "drop"}')
    told = {c.name: c for c in infer_columns(frame, target, load_overrides(file))}
    assert told["cultivar code"].used
    assert not told["hue"].used
    assert told["hue"].why == "left out as you asked"
