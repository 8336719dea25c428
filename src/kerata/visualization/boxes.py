"""Bounding boxes drawn on pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerata.utils.bounding_boxes import convert_format
from kerata.visualization.gallery import plot_image_gallery
from kerata.visualization.pixels import as_bytes, image_batch, is_channels_first

# Height of a font of scale 1 in pixels; that of Keras's font.
_FONT = 30


def draw_bounding_boxes(
    images: Any,
    bounding_boxes: dict[str, Any],
    bounding_box_format: str,
    class_mapping: dict[int, str] | None = None,
    color: Any = (128, 128, 128),
    line_thickness: int = 2,
    text_thickness: int | None = 1,
    font_scale: float = 1.0,
    data_format: str | None = None,
) -> np.ndarray:
    """Draw boxes, and the names of their classes, on pictures.

    Arguments:
        images: array ``(images, height, width, channels)`` with 1, 3 or 4 channels; numbers
            from 0 to 255, or floats from 0 to 1.
        bounding_boxes: dictionary with ``'boxes'``, ``(images, boxes, 4)``, ``'labels'``, class
            numbers ``(images, boxes)`` with -1 for no box, and perhaps ``'confidences'``,
            ``(images, boxes)``, shown after the name.
        bounding_box_format: ``'xyxy'``, ``'rel_yxyx'`` and so on, see
            ``utils.bounding_boxes.convert_format``.
        class_mapping: names of the classes by number; classes without one have a box alone.
        color: red, green and blue from 0 to 255.
        line_thickness: of the boxes in pixels.
        text_thickness: of the letters in pixels; None for that of the boxes.
        font_scale: size of the letters; 1 is about 20 pixels high.
        data_format: ``'channels_last'`` or ``'channels_first'``; the setting by default.

    Returns:
        The pictures with boxes, uint8, in the shape of ``images``.

    Raises:
        ImportError: Pillow is not installed.
        TypeError: boxes that are no dictionary.
        ValueError: boxes without ``'boxes'`` or ``'labels'``; arrays that don't fit each other;
            an unknown format.

    >>> box = {"boxes": np.array([[[1, 1, 6, 6]]]), "labels": np.array([[0]])}
    >>> drawn = draw_bounding_boxes(np.zeros((1, 8, 8, 3)), box, "xyxy", line_thickness=1)
    >>> drawn[0, 1:7, 3, 0].tolist()
    [128, 0, 0, 0, 0, 128]
    """
    first = is_channels_first(data_format)
    batch = as_bytes(image_batch("draw_bounding_boxes", images, first))
    boxes, labels, confidences = _checked(bounding_boxes, len(batch))
    height, width = batch.shape[1:3]
    places = np.asarray(convert_format(boxes, bounding_box_format, "xyxy", height, width))
    names = class_mapping or {}
    drawn = []
    for i, picture in enumerate(batch):
        canvas = _Canvas(picture, color, line_thickness, text_thickness, font_scale)
        for j, (place, label) in enumerate(zip(places[i], labels[i], strict=True)):
            number = int(label)
            if number == -1:
                continue
            text = names.get(number)
            if text is not None and confidences is not None:
                text = f"{text} | {confidences[i][j]:.2f}"
            canvas.draw([int(v) for v in place], text)
        drawn.append(canvas.pixels())
    found = np.stack(drawn) if drawn else batch
    return np.moveaxis(found, -1, 1) if first else found


def _checked(given: Any, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    if not isinstance(given, dict):
        raise TypeError(
            "draw_bounding_boxes: bounding_boxes must be a dictionary with 'boxes' and 'labels', "
            f"got a {type(given).__name__}."
        )
    missing = [key for key in ("boxes", "labels") if key not in given]
    if missing:
        raise ValueError(
            f"draw_bounding_boxes: bounding_boxes lacks {missing[0]!r}; it has "
            f"{', '.join(map(repr, given)) or 'nothing'}."
        )
    boxes, labels = np.asarray(given["boxes"]), np.asarray(given["labels"])
    confidences = None if given.get("confidences") is None else np.asarray(given["confidences"])
    if boxes.ndim != 3 or boxes.shape[-1] != 4 or len(boxes) != count:
        raise ValueError(
            f"draw_bounding_boxes: boxes must have the shape ({count}, boxes, 4) for {count} "
            f"images, got {boxes.shape}."
        )
    for name, array in (("labels", labels), ("confidences", confidences)):
        if array is not None and array.shape != boxes.shape[:2]:
            raise ValueError(
                f"draw_bounding_boxes: {name} must have the shape {boxes.shape[:2]}, one for each "
                f"box, got {array.shape}."
            )
    return boxes, labels, confidences


class _Canvas:
    """A picture that is drawn on with Pillow.

    Arguments:
        picture: bytes ``(height, width, channels)``.
        color, thickness, text_thickness, font_scale: as for ``draw_bounding_boxes``.
    """

    def __init__(
        self, picture: np.ndarray, color: Any, thickness: int, text_thickness: Any, scale: float
    ) -> None:
        try:
            from PIL import Image, ImageDraw, ImageFont
        except ImportError as problem:
            raise ImportError(
                "Drawing boxes needs Pillow: install it with pip install 'kerata[images]'."
            ) from problem
        self._one = picture.shape[-1] == 1
        self._image = Image.fromarray(picture[..., 0] if self._one else picture)
        self._pen = ImageDraw.Draw(self._image)
        self._font = ImageFont.load_default(size=max(1.0, _FONT * scale))
        solid = (255,) if picture.shape[-1] == 4 else ()
        self._color: Any = int(color[0]) if self._one else (*map(int, color), *solid)
        self._width = int(thickness)
        self._stroke = int(text_thickness or thickness)
        self._scale = scale

    def draw(self, place: list[int], text: str | None) -> None:
        """Draw a box, left, top, right, bottom, with its edges in the middle of the lines."""
        out = self._width // 2
        left, right = sorted((place[0], place[2]))
        top, bottom = sorted((place[1], place[3]))
        edges = [left - out, top - out, right + out, bottom + out]
        self._pen.rectangle(edges, outline=self._color, width=self._width)
        if text is not None:
            self._pen.text(
                self._beside(place[0], place[1]),
                text,
                fill=self._color,
                font=self._font,
                stroke_width=(self._stroke - 1) / 2,
                anchor="ls",
            )

    def _beside(self, x: int, y: int) -> tuple[int, int]:
        """Give the beginning of the text's base line: above the box, or inside at the top."""
        height = int(self._scale * 12)
        if y - 8 - 2 * height > 0:
            return x, y - 8
        return x + 3, y + 2 * height + self._stroke + 3

    def pixels(self) -> np.ndarray:
        """Give the picture as bytes ``(height, width, channels)``."""
        array = np.array(self._image)
        return array[..., None] if self._one else array


def plot_bounding_box_gallery(
    images: Any,
    bounding_box_format: str,
    y_true: dict[str, Any] | None = None,
    y_pred: dict[str, Any] | None = None,
    value_range: tuple[float, float] = (0, 255),
    true_color: Any = (0, 188, 212),
    pred_color: Any = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: int | None = None,
    class_mapping: dict[int, str] | None = None,
    ground_truth_mapping: dict[int, str] | None = None,
    prediction_mapping: dict[int, str] | None = None,
    legend: bool = False,
    legend_handles: Any = None,
    rows: int | None = None,
    cols: int | None = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Show pictures with true and predicted boxes, or save them in one file.

    Arguments:
        images: array ``(images, height, width, channels)``.
        bounding_box_format, line_thickness, font_scale, text_thickness: as for
            ``draw_bounding_boxes``.
        y_true, y_pred: true and predicted boxes, as ``draw_bounding_boxes`` takes them.
        value_range: the numbers that stand for black and white.
        true_color, pred_color: red, green and blue of the boxes, from 0 to 255.
        class_mapping: names of the classes by number.
        ground_truth_mapping, prediction_mapping: other names for true and for predicted boxes.
        legend: whether to say below which colour is which.
        legend_handles: matplotlib's patches for a legend of your own.
        rows, cols, data_format, **kwargs: as for ``plot_image_gallery``.

    Raises:
        ImportError: matplotlib or Pillow is not installed.
        ValueError: both ``legend`` and ``legend_handles``; and as ``draw_bounding_boxes``.

    >>> box = {"boxes": np.array([[[1, 1, 6, 6]]]), "labels": np.array([[0]])}
    >>> plot_bounding_box_gallery(np.zeros((1, 8, 8, 3)), "xyxy", box, show=False)
    """
    if legend and legend_handles:
        raise ValueError("plot_bounding_box_gallery takes legend or legend_handles, not both.")
    batch = image_batch("plot_bounding_box_gallery", images, is_channels_first(data_format))
    batch = as_bytes(batch, value_range)
    for boxes, color, names in (
        (y_true, true_color, ground_truth_mapping or class_mapping),
        (y_pred, pred_color, prediction_mapping or class_mapping),
    ):
        if boxes is not None:
            batch = draw_bounding_boxes(
                batch,
                boxes,
                bounding_box_format,
                class_mapping=names,
                color=color,
                line_thickness=line_thickness,
                text_thickness=text_thickness,
                font_scale=font_scale,
                data_format="channels_last",
            )
    if legend:
        legend_handles = _legend(true_color, pred_color)
    plot_image_gallery(
        batch,
        rows=rows,
        cols=cols,
        legend_handles=legend_handles,
        data_format="channels_last",
        **kwargs,
    )


def _legend(true_color: Any, pred_color: Any) -> list[Any]:
    try:
        from matplotlib.patches import Patch
    except ImportError as problem:
        raise ImportError(
            "Galleries need matplotlib: install it with pip install 'kerata[plots]'."
        ) from problem
    return [
        Patch(color=(color[0] / 255, color[1] / 255, color[2] / 255), label=label)
        for color, label in ((true_color, "Ground Truth"), (pred_color, "Prediction"))
    ]
