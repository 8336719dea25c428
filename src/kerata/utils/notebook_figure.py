"""A matplotlib figure that notebooks show; importing this needs matplotlib."""

from __future__ import annotations

import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class NotebookFigure(Figure):
    """A figure outside pyplot's list, which a notebook shows as a picture all the same."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        file = io.BytesIO()
        # Pyplot's figures are drawn by the backend that it has chosen; these know none.
        FigureCanvasAgg(self).print_png(file)
        inches = self.get_size_inches()
        # The screen's size of an inch; the picture has more dots, for fine screens.
        width, height = (round(96 * float(side)) for side in inches)
        return file.getvalue(), {"width": width, "height": height}
