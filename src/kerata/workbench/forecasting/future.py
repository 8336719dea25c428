"""A finished forecast asked for the next steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

    from kerata.workbench.forecasting.preparation import SeriesPreparation


def forecast_rows(
    model: Any, preparation: SeriesPreparation, newer: pandas.DataFrame | None, notes: list[str]
) -> pandas.DataFrame:
    """Forecast the steps after the last row of each series.

    Arguments:
        model: the network.
        preparation: what was kept with it.
        newer: rows to go on from; None to go on from the run's last.
        notes: gets a sentence on what is odd.

    Returns:
        Time, group, forecast, lower, upper.

    Raises:
        ValueError: rows that don't fit the run; a column known in advance without a value.
    """
    series = preparation.series() if newer is None else preparation.continued(newer, notes)
    return preparation.table(series, preparation.forecast(model, series))
