"""A source divided: which rows of the file are where."""

import numpy as np
import pytest

pandas = pytest.importorskip("pandas")

from kerata.workbench.data.containers import Source, Table  # noqa: E402 - needs pandas
from kerata.workbench.splitting.divide import divide  # noqa: E402 - needs pandas


def test_rows_without_a_target_do_not_shift_the_numbers_of_the_others():
    frame = pandas.DataFrame(
        {"x": np.arange(80.0) ** 1.5, "y": np.tile([0.5, 1.5, np.nan, 3.25], 20)}
    )
    divided = divide(Source("odd", "table", Table(frame), target="y"), split_by="random")
    for part, numbers in divided.numbered.items():
        given = frame["x"].iloc[numbers].to_numpy()
        np.testing.assert_array_equal(divided.parts[part].frame["x"], given)
    every = np.sort(np.concatenate(list(divided.numbered.values())))
    np.testing.assert_array_equal(every, np.flatnonzero(frame["y"].notna()))
