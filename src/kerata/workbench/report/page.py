"""Puts a report together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerata.utils.files import write_beside
from kerata.workbench.forecasting import TrainedForecast
from kerata.workbench.report import (
    forecast_sections,
    model_sections,
    prediction_sections,
    search_section,
    summary_sections,
)
from kerata.workbench.report.context import ReportContext
from kerata.workbench.report.markup import esc, paragraph
from kerata.workbench.report.pictures import FigureFiles
from kerata.workbench.report.style import STYLE

if TYPE_CHECKING:
    from kerata.workbench.core.result import Trained

Section = Callable[[ReportContext], str]
SECTIONS: dict[str, Section] = {
    "Verdict": summary_sections.verdict,
    "Diagnosis": summary_sections.diagnosis,
    "Search": search_section.search,
    "Curves": summary_sections.learning,
    "Confusion": prediction_sections.confusion,
    "Classes": prediction_sections.by_class,
    "Thresholds and probabilities": prediction_sections.thresholds,
    "Errors": prediction_sections.residuals,
    "Worst mistakes": model_sections.mistakes,
    "Columns that matter": model_sections.columns,
    "Words that matter": model_sections.words,
    "Filters": model_sections.filters,
    "Data": summary_sections.data,
    "Network": summary_sections.network,
    "Use it": summary_sections.use,
}

FORECAST: dict[str, Section] = {
    "Verdict": summary_sections.verdict,
    "Last origins": forecast_sections.origins,
    "Next steps": forecast_sections.future,
    "Steps ahead": forecast_sections.by_step,
    "Curves": summary_sections.learning,
    "Errors": prediction_sections.residuals,
    "Data": summary_sections.data,
    "Network": summary_sections.network,
    "Use it": forecast_sections.use,
}


def write_report(trained: Trained, record: dict[str, Any], folder: Path) -> Path:
    """Write ``report.html`` and pictures into a run's folder.

    Arguments:
        trained: what ``fit_source`` gave.
        record: what ``run.json`` holds.
        folder: of the run.

    Raises:
        OSError: the folder can't be written.
    """
    context = ReportContext(trained, record, FigureFiles(folder / "pictures"))
    sections = FORECAST if isinstance(trained, TrainedForecast) else SECTIONS
    written = {title: _section(context, section) for title, section in sections.items()}
    shown = {title: content for title, content in written.items() if content}
    links = "".join(f'<a href="#s{n}">{esc(title)}</a>' for n, title in enumerate(shown))
    parts = "".join(
        f'<section><h2 id="s{n}">{esc(title)}</h2>{content}</section>'
        for n, (title, content) in enumerate(shown.items())
    )
    made = record["created"][:16].replace("T", " ")
    about = f"{record['network']} for {record['task']['target']!r}, made {made}"
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{esc(record['name'])}: report</title><style>{STYLE}</style></head><body>"
        f"<header><h1>{esc(record['name'])}</h1>{paragraph(about, 'muted')}</header>"
        f"<nav>{links}</nav><main>{parts}</main></body></html>\n"
    )
    return write_beside(folder / "report.html", lambda file: file.write(page.encode()))


def _section(context: ReportContext, section: Section) -> str:
    try:
        return section(context)
    except OSError:
        raise
    except Exception as error:
        # A network trained for hours must not be lost for a picture.
        return paragraph(f"This part is missing: {type(error).__name__}: {error}", "muted")
