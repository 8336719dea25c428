"""Which test rows depend on each other, as their split tells."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench import fit_source  # noqa: E402  # after the check for pandas
from kerata.workbench.core.result import Split  # noqa: E402
from kerata.workbench.data.containers import Source, Table, Texts  # noqa: E402
from kerata.workbench.splitting.dependent_rows import (  # noqa: E402
    dependence_by,
    dependence_of_test,
)
from kerata.workbench.splitting.split import SplitRule  # noqa: E402

FRAME = pandas.DataFrame(
    {"cow": ["a", "b", "a"], "year": [2020, 2019, 2020], "month": [2, 1, 1], "milk": [1, 2, 3]}
)


@pytest.mark.parametrize(
    ("split", "kind", "place"),
    [
        (Split("groups", ("cow",)), "groups", [0, 1, 0]),
        (Split("time", ("year",)), "time", [1, 0, 1]),
        (Split("time", ("year", "month")), "time", [2, 0, 1]),
        (Split("groups", ("farm",)), "random", None),
        (Split("groups"), "random", None),
        (Split(), "random", None),
    ],
)
def test_columns_of_a_split_tell_the_dependence_of_other_rows(split, kind, place):
    found = dependence_by(split, Table(FRAME))
    assert found.kind == kind
    assert (None if found.place is None else found.place.tolist()) == place
    texts = Texts(["x"], None, ["1"])
    assert dependence_by(split, texts).kind == "random"


def test_the_rule_knows_the_rows_but_those_of_an_official_test():
    rule = SplitRule("groups", ("cow",), np.array([7, 8, 7, 9]))
    rows = np.array([0, 2, 3])
    found = dependence_of_test(rule, rows, Table(FRAME), official=False)
    assert found.place.tolist() == [7, 7, 9]
    found = dependence_of_test(rule, rows, Table(FRAME), official=True)
    assert found.place.tolist() == [0, 1, 0]
    copies = SplitRule("groups", (), np.array([0, 0, 1, 1]))
    assert dependence_of_test(copies, rows, Table(FRAME), official=False).kind == "groups"
    assert dependence_of_test(SplitRule(), rows, Table(FRAME), official=False).kind == "random"


def test_rows_of_one_group_widen_the_intervals_of_a_training():
    rng = np.random.default_rng(0)
    cows = np.repeat(np.arange(30), 10)
    frame = pandas.DataFrame(
        {
            "cow": [f"cow {n}" for n in cows],
            "food": rng.normal(size=300),
            "milk": rng.normal(0, 3, 30)[cows] + rng.normal(0, 0.1, 300),
        }
    )
    made = [
        fit_source(
            Source("cows", "table", Table(frame), target="milk"),
            network="linear",
            epochs=2,
            **how,
            folds=1,
        )
        for how in ({"group": "cow"}, {"split_by": "random", "columns": {"cow": "drop"}})
    ]
    grouped, alone = (np.divide(*trained.interval[::-1]) for trained in made)
    assert made[0].dependence.kind == "groups"
    assert grouped > 1.5 * alone
    gains = [np.diff(trained.baselines[0].gain_interval) for trained in made]
    assert gains[0] > gains[1]
