"""Forecasts of tables in time: the next steps of a column, learned from the steps before."""

from kerata.workbench.forecasting.forecast import fit_forecast
from kerata.workbench.forecasting.result import Backtest, TrainedForecast, answers_of
from kerata.workbench.forecasting.verdict import forecast_verdict

__all__ = ["Backtest", "TrainedForecast", "answers_of", "fit_forecast", "forecast_verdict"]
