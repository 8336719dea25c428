"""Numbers that stand for missing values: found by evidence, left where they may be true."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.data.column_cells import column_values  # noqa: E402 - needs pandas
from kerata.workbench.data.schema import infer_columns  # noqa: E402 - needs pandas
from kerata.workbench.data.sentinels import find_sentinels  # noqa: E402 - needs pandas

RNG = np.random.default_rng(0)
AGES = RNG.integers(18, 65, 300).astype(float)
KIDS = RNG.integers(0, 5, 300).astype(float)
SKEWED = RNG.lognormal(5, 1.5, 3000)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([*AGES, *[999] * 12], [999]),
        ([*AGES, *[-99] * 12], [-99]),
        ([*AGES, *[9999] * 5, *[-9] * 4], [-9, 9999]),
        ([*KIDS, *[98] * 3, *[99] * 9], [98, 99]),
        ([*RNG.integers(1, 400, 900).astype(float), *[-1] * 500], [-1]),
        # Too few, too near, or true as far as one can see.
        ([*AGES, 999, 999], []),
        ([*RNG.integers(1, 98, 300).astype(float), *[99] * 9], []),
        ([*KIDS, *[9] * 20], []),
        ([*SKEWED, *[999] * 9], []),
        ([*RNG.normal(size=300), *[-1] * 30], []),
        ([*RNG.normal(0, 30, 300), *[-99] * 30], []),
        ([*RNG.integers(0, 50, 900).astype(float), *[-1] * 20], []),
        ([999.0] * 30, []),
    ],
)
def test_evidence(values, codes):
    assert find_sentinels(np.array(values, float)) == codes


def frame_with_codes():
    ages = [*AGES, *[999.0] * 12]
    return pandas.DataFrame({"age": ages, "y": RNG.normal(size=len(ages))})


def test_they_are_told_and_missing_in_training_rows_and_new_ones():
    frame = frame_with_codes()
    (age, _) = infer_columns(frame, "y")
    assert age.missing == 12
    assert "999 (12 rows) counts as missing, unless you say --column age=number" in age.why
    assert "999" not in age.examples
    assert column_values(frame, age).isna().sum() == 12
    new = pandas.DataFrame({"age": ["30", "999", None]})
    assert column_values(new, age).isna().tolist() == [False, True, True]


def test_saying_that_it_is_a_number_keeps_them():
    frame = frame_with_codes()
    (age, _) = infer_columns(frame, "y", {"age": "number"})
    assert age.sentinels == []
    assert column_values(frame, age).max() == 999
