"""Tables as inputs of a network: learned from training rows, kept in the model's file."""

import json

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.core.task import choose_task  # noqa: E402
from kerata.workbench.data.containers import Table  # noqa: E402
from kerata.workbench.data.schema import infer_columns  # noqa: E402 - needs pandas
from kerata.workbench.features import TablePreparation, from_dict  # noqa: E402
from kerata.workbench.features.numbers import fit_numbers  # noqa: E402


def people(rows=200, seed=0):
    rng = np.random.default_rng(seed)
    frame = pandas.DataFrame(
        {
            "age": rng.integers(18, 80, rows).astype(float),
            "income": np.exp(rng.normal(10, 1.5, rows)),
            "town": rng.choice(["Ulm", "Bonn", "Kiel"], rows),
            "born": [f"{1950 + i % 50}-0{1 + i % 9}-1{i % 9}" for i in range(rows)],
            "about": [
                f"likes {'cats' if i % 2 else 'dogs'} and long walks {i}" for i in range(rows)
            ],
            "y": rng.choice(["no", "yes"], rows),
        }
    )
    frame.loc[::10, "age"] = np.nan
    frame.loc[5, "town"] = None
    frame.loc[6, "town"] = "Hof"
    return frame


def fitted(frame):
    task = choose_task(frame["y"].tolist(), "y")
    return TablePreparation().fit(Table(frame), task, infer_columns(frame, "y"))


def test_all_kinds_of_columns_become_inputs():
    frame = people()
    preparation = fitted(frame)
    x = preparation.transform(frame)
    assert preparation.input_names == ["numbers", "categories", "words"] == list(x)
    names = [name for column in preparation.numbers for name in column.names]
    assert names[:3] == ["age", "age is missing", "income"]
    assert "born, sin of the year" in names
    numbers = x["numbers"]
    assert numbers.dtype == np.float32
    assert numbers.shape == (200, len(names))
    assert numbers[:, 1].sum() == 20
    assert np.isfinite(numbers).all()
    assert x["categories"].dtype == np.int32
    assert x["words"].shape[0] == 200
    assert len(preparation.inputs.mean) == preparation.inputs.numbers == len(names)


def test_missing_and_rare_categories_have_ids_of_their_own():
    preparation = fitted(people())
    (town,) = preparation.categories
    assert sorted(town.known) == ["bonn", "kiel", "ulm"]
    assert town.transform([None, "hof", "paris"]).tolist() == [0, 1, 1]
    assert any("rare" in note for note in preparation.notes)
    assert any("missing" in note and "age" in note for note in preparation.notes)
    assert any(
        "quantile transform" in note and "'income' (skewed)" in note for note in preparation.notes
    )


def test_nothing_is_learned_from_new_rows():
    frame = people()
    preparation = fitted(frame)
    before = json.dumps(preparation.to_dict())
    strange = frame.head(5).assign(age=1e9, town="Atlantis")
    numbers = preparation.transform(strange)["numbers"]
    assert np.isfinite(numbers).all()
    assert json.dumps(preparation.to_dict()) == before


def test_json_round_trip_gives_the_same_inputs():
    frame = people()
    preparation = fitted(frame)
    again = from_dict(json.loads(json.dumps(preparation.to_dict())))
    one, two = preparation.transform(frame), again.transform(frame)
    np.testing.assert_array_equal(one["numbers"], two["numbers"])
    np.testing.assert_array_equal(one["categories"], two["categories"])
    np.testing.assert_array_equal(one["words"].toarray(), two["words"].toarray())
    assert again.notes == preparation.notes


def test_columns_in_any_order_and_others_ignored():
    frame = people()
    preparation = fitted(frame)
    shuffled = frame[frame.columns[::-1]].drop(columns="y").assign(colour="red")
    one, two = preparation.transform(frame), preparation.transform(shuffled)
    np.testing.assert_array_equal(one["numbers"], two["numbers"])
    notes = preparation.check(shuffled)
    assert notes[:1] == ["Ignored columns that training did not use: 'colour'."]


def test_a_missing_column_is_named():
    frame = people()
    with pytest.raises(ValueError, match=r"no column 'town'.*Did you mean 'towns'"):
        fitted(frame).transform(frame.rename(columns={"town": "towns"}))


def test_text_where_numbers_should_be_names_row_and_column():
    frame = people()
    preparation = fitted(frame)
    new = frame.head(4).astype({"age": object})
    new.loc[2, "age"] = "old"
    with pytest.raises(ValueError, match=r"Row 3 of column 'age' holds 'old'"):
        preparation.transform(new)


def test_unseen_categories_are_told():
    frame = people()
    notes = fitted(frame).check(frame.head(3).assign(town=["Rom", "Oslo", "Ulm"]))
    assert notes == ["town: 'oslo', 'rom' count as rare or unseen."]


def test_skewed_numbers_become_normal_ranks():
    values = np.exp(np.random.default_rng(0).normal(0, 2, 1000))
    notes = []
    (ranks,) = fit_numbers("x", values, notes).transform(values)
    assert abs(ranks.mean()) < 0.05
    assert abs(ranks.std() - 1) < 0.05


def test_large_numbers_close_together_keep_their_differences():
    values = 1e9 + np.arange(20.0)
    (moved,) = fit_numbers("x", values, []).transform(values)
    assert len(np.unique(moved.astype("float32"))) == 20


@pytest.mark.parametrize("rows", [1, 0])
def test_few_rows(rows):
    frame = people()
    x = fitted(frame).transform(frame.head(rows))
    assert {len(part) if part.ndim == 2 else 0 for part in (x["numbers"], x["categories"])} == {
        rows
    }


def test_no_usable_column():
    frame = pandas.DataFrame({"id": range(100), "y": ["a", "b"] * 50})
    with pytest.raises(ValueError, match=r"No column is left .*: left out are 'id' \(.+\)\."):
        fitted(frame)


@pytest.mark.parametrize(
    ("trained_on", "given", "told"),
    [
        ("{} kg", "{} g", r"is in 'g' \(row 1 holds '0 g'\), but training read it in 'kg'"),
        ("{}", "{} kg", "is in 'kg' .*, but training read it as plain numbers"),
        ("{}.5", "0{}:30", "but training read it as plain numbers"),
    ],
)
def test_another_unit_than_in_training_is_refused(trained_on, given, told):
    frame = people()
    frame["weight"] = [trained_on.format(i % 40) for i in range(len(frame))]
    preparation = fitted(frame)
    assert np.isfinite(preparation.transform(frame.head(3))["numbers"]).all()
    with pytest.raises(ValueError, match=told):
        preparation.transform(frame.head(3).assign(weight=[given.format(i) for i in range(3)]))
    if "kg" in trained_on:
        plain = preparation.transform(frame.head(3).assign(weight=["0", "1", "2"]))
        np.testing.assert_array_equal(
            plain["numbers"], preparation.transform(frame.head(3))["numbers"]
        )


def test_values_stay_beside_their_ranks():
    values = np.array([*np.arange(12.0), np.nan, 1e6])
    column = fit_numbers("income", values, [], ranked=True, beside=True)
    assert column.names == ["income", "income as it is", "income is missing"]
    ranks, kept, missing = column.transform(np.array([np.nan, 5.0, 12.0, 1e9, -1e9]))
    assert missing.tolist() == [1, 0, 0, 0, 0]
    assert ranks[3] == ranks.max()
    # The median is the middle, a quartile's distance is that of a normal distribution.
    middle, step = np.median(values[:12].tolist() + [1e6]), 6 / 1.349
    assert kept[0] == 0
    assert kept[1] == pytest.approx((5 - middle) / step / np.hypot(1, (5 - middle) / step / 3))
    assert kept[3] == pytest.approx(3, abs=1e-3)
    assert kept[4] == pytest.approx(-3, abs=1e-3)


def test_few_different_values_have_no_ranks_beside_them():
    column = fit_numbers("rooms", np.array([1.0, 2.0, 3.0] * 10), [], ranked=True, beside=True)
    assert column.names == ["rooms"]
    assert [part.tolist() for part in column.transform(np.array([2.5]))] == [[2.5]]
