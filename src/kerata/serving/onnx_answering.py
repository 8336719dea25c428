"""An exported run that answers rows, by onnxruntime alone: JAX is not even imported."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.serving.bodies import LONGEST, MOST_PIXELS
from kerata.serving.errors import check_finite, unfit
from kerata.workbench.core.extras import need
from kerata.workbench.core.pictures import fitted

ABOUT = "kerata"


class OnnxAnswering:
    """Answers rows by a file that ``kerata export`` wrote.

    Arguments:
        path: of the file.

    Raises:
        ValueError: no ONNX file, or not one of a run.

    Attributes:
        kind: ``'table'``, ``'texts'`` or ``'images'``.
        most: rows that are answered together.
    """

    most = 512

    def __init__(self, path: Path) -> None:
        runtime = need("onnxruntime", "Serving an ONNX file")
        options = runtime.SessionOptions()
        # Threads that spin while they wait would take the cores from the server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = runtime.InferenceSession(
                path.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except OSError:
            raise
        except Exception as error:
            # onnxruntime raises classes of its own for whatever is wrong with a file.
            said = str(error).splitlines()[0][:200]
            raise ValueError(f"{path} is no ONNX file that can be run: {said}") from None
        self.about = _about(path, self._session)
        self._photos = self.about.pop("photos")
        self.kind = self.about["kind"]
        self._inputs = {i.name: (i.type, i.shape[1:]) for i in self._session.get_inputs()}

    def warm(self) -> None:
        """Answer once, so that the first request takes no longer than the others."""
        self.answers([self._empty()])

    def checked(self, rows: Sequence[Any]) -> list[Any]:
        """Give the rows of a request as the graph takes them: an array for each input.

        Raises:
            BadRequest: rows of another kind, without some columns, or cells that are no numbers.
        """
        found: list[Any] = []
        faults: list[dict[str, Any]] = []
        for number, row in enumerate(rows):
            try:
                found.append(self._checked(row))
            except _Unfit as error:
                faults.append({"row": number, **error.args[0]})
        if faults:
            raise unfit(faults, len(rows))
        return found

    def answers(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Give the answer to each row, in the words of ``kerata predict``."""
        given = {name: np.stack([row[name] for row in rows]) for name in self._inputs}
        names = [out.name for out in self._session.get_outputs()]
        found = dict(zip(names, self._session.run(None, given), strict=True))
        for name, values in found.items():
            if name not in ("label", "labels"):
                check_finite(values)
        return [self._answer(found, row) for row in range(len(rows))]

    def joined(self, answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Give the answers to a request."""
        return answers

    def _answer(self, found: dict[str, Any], row: int) -> dict[str, Any]:
        classes = self.about["classes"]
        answer: dict[str, Any] = {}
        for name, values in found.items():
            value = values[row]
            if name == "probabilities":
                shares = value.astype(float)
                answer |= {
                    f"probability_{c}": float(f"{share:.6g}")
                    for c, share in zip(classes, shares, strict=True)
                }
            elif name == "labels":
                answer["prediction"] = "|".join(
                    c for c, has in zip(classes, value, strict=True) if has
                )
            elif name == "label":
                answer["prediction"] = str(value)
            else:
                answer[name] = float(f"{float(value):.9g}")
        return answer

    def _empty(self) -> dict[str, Any]:
        fill = {"tensor(string)": "", "tensor(uint8)": 0}
        return {
            name: np.full(shape, fill.get(kind, np.nan), _dtype(kind))
            for name, (kind, shape) in self._inputs.items()
        }

    def _checked(self, row: Any) -> dict[str, Any]:
        if self.kind == "images":
            return {"image": _picture(row, tuple(self._inputs["image"][1]), self._photos)}
        if self.kind == "texts" and not isinstance(row, Mapping):
            row = {next(iter(self._inputs)): row}
        if not isinstance(row, Mapping):
            raise _Unfit({"reason": "is no object with a value for each column"})
        lacking = [name for name in self._inputs if name not in row]
        if lacking:
            raise _Unfit({"reason": f"lacks {', '.join(map(repr, lacking[:12]))}"})
        return {name: self._cell(name, row[name]) for name in self._inputs}

    def _cell(self, name: str, cell: Any) -> np.ndarray:
        kind = self._inputs[name][0]
        if isinstance(cell, (list, Mapping, bytes)):
            raise _Unfit(
                {"column": name, "reason": f"holds a {type(cell).__name__}, not one value"}
            )
        if kind == "tensor(string)":
            text = "" if cell is None else str(cell)
            if len(text) > LONGEST:
                raise _Unfit({"column": name, "reason": f"has {len(text):,} characters"})
            return np.array([text], object)
        blank = cell is None or (isinstance(cell, str) and not cell.strip())
        try:
            return np.array([np.nan if blank else float(cell)], _dtype(kind))
        except (ValueError, OverflowError):
            reason = f"holds {str(cell)[:60]!r}, where a number is expected"
            raise _Unfit({"column": name, "reason": reason}) from None


class _Unfit(Exception):
    """What is wrong with a row."""


def _dtype(kind: str) -> Any:
    names = {"tensor(string)": object, "tensor(uint8)": np.uint8, "tensor(float)": np.float32}
    return names.get(kind, np.float64)


def _picture(row: Any, size: tuple[int, ...], photos: bool) -> np.ndarray:
    if not isinstance(row, bytes):
        raise _Unfit({"reason": "is no picture's file"})
    pillow, operations = (need(f"PIL.{name}", "Reading images") for name in ("Image", "ImageOps"))
    try:
        with pillow.open(io.BytesIO(row)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _Unfit({"reason": f"has more than {MOST_PIXELS:,} pixels"})
            mode = "L" if opened.mode in ("1", "L", "LA") else "RGB"
            image = np.asarray(operations.exif_transpose(opened).convert(mode))
    except _Unfit:
        raise
    except Exception:
        # Pillow raises whatever its decoders raise for a file of that kind.
        raise _Unfit({"reason": "is damaged or no picture that can be read"}) from None
    height, width, channels = size
    image = image if image.ndim == 3 else image[..., None]
    return fitted(image, (height, width, channels), middle=photos)


def _about(path: Path, session: Any) -> dict[str, Any]:
    """Read what the file says of the run that it was."""
    wrong = ValueError(f"{path} is no exported run: write it with 'kerata export RUN'.")
    try:
        said = json.loads(session.get_modelmeta().custom_metadata_map[ABOUT])
        kinds = ("table", "texts", "images")
        if said["kind"] == "series":
            wrong = ValueError(
                f"{path} is a forecast, which goes on from given values: serve its run instead, "
                "'kerata serve RUN'."
            )
        fits = (
            said["kind"] in kinds
            and isinstance(said["target"], str)
            and all(isinstance(name, str) for name in said["classes"])
            and all(isinstance(column["name"], str) for column in said["columns"])
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        raise wrong from None
    if not fits:
        raise wrong
    image: list[Any] = next((i.shape[1:] for i in session.get_inputs() if i.name == "image"), [])
    return {
        "name": path.stem,
        "kind": said["kind"],
        "task": str(said.get("task")),
        "target": said["target"],
        "classes": list(said["classes"]),
        "created": "",
        "network": "onnx",
        "metrics": {},
        "columns": list(said["columns"]),
        "image": list(image),
        "photos": said.get("photos") is True,
    }
