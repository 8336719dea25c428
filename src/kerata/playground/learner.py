"""A network that learns while somebody watches, steers and takes it apart."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerata.base.randomness import fixed_seed
from kerata.playground.network import build_network, cropped, padded, plain_network
from kerata.playground.one_step import Step
from kerata.playground.pictures import SIDE, Picture
from kerata.playground.problems import Problem
from kerata.playground.programs import (
    MOST_EPOCHS,
    Programs,
    common_shape,
    data_of,
    programs_for,
)
from kerata.playground.settings import Settings
from kerata.search.networks import begin
from kerata.search.vectorized_trainer import Member


class Learner:
    """Networks side by side on the same rows; the playground's main one is alone.

    Arguments:
        problem: the rows.
        settings: of each network. They may differ in rate, strengths and seed, and in the units
            of layers, which then are narrow ones in the widest.

    Attributes:
        programs: compiled ones, shared with others of the same shape.

    Raises:
        ValueError: settings that no common program serves.

    >>> from kerata.playground.problems import make_problem
    >>> small = Settings(rows=20, layers=(2,))
    >>> learner = Learner(make_problem(small), [small])
    >>> learner.advance(2)
    >>> learner.epoch, sorted(learner.reports[0])
    (2, ['accuracy', 'loss', 'val_accuracy', 'val_loss'])
    """

    def __init__(self, problem: Problem, settings: Sequence[Settings]) -> None:
        self.problem = problem
        self.settings = list(settings)
        self.data = data_of(problem)
        depths = {len(one.layers) for one in settings}
        if len(depths) != 1:
            raise ValueError("Networks side by side have equally many layers.")
        self._widest, self.masked = common_shape(settings)
        self.programs = self._programs()
        self._grids: dict[int, np.ndarray] = {}
        self.reset()

    def _programs(self) -> Programs:
        widest = self.settings[0].with_(layers=self._widest)
        return programs_for(self.problem, widest, self.data, self.masked)

    # Training -----------------------------------------------------------------------------------

    def reset(self) -> None:
        """Begin anew from the first weights of each network's seed."""
        self.members = [self._begin(i, one) for i, one in enumerate(self.settings)]
        self.changed_by_hand = False
        self.curves: list[list[tuple[int, dict[str, float]]]] = [[] for _ in self.settings]

    def _begin(self, label: int, settings: Settings) -> Member:
        programs = self.programs
        rows = np.arange(len(self.problem.x), dtype=np.int32)
        params = programs.params | {"rate": settings.rate}
        values, draws = begin(build_network, params, self.data, settings.seed, programs.network)
        if self.masked:
            narrow = params | {"layers": settings.layers, "masked": False}
            with fixed_seed(settings.seed) as draws:
                weights = [w.numpy() for w in build_network(**narrow).trainable_weights]
            shapes = [w.shape for w in values.trainable]
            masks = [
                np.arange(wide) < units
                for wide, units in zip(self._widest, settings.layers, strict=True)
            ]
            values = values._replace(
                trainable=padded(weights, shapes),
                non_trainable=[mask.astype("float32") for mask in masks],
            )
        train, test = rows[: self.problem.train], rows[self.problem.train :]
        member = Member(label, [], train, test, values, draws)
        self._set(member, settings)
        return member

    def _set(self, member: Member, settings: Settings) -> None:
        """Give a member its rate and strengths."""
        values = settings.values()
        member.numbers = [values[name] for name in self.programs.order]
        optimizer = list(member.values.optimizer)
        optimizer[self.programs.rate_place] = np.float32(settings.rate)
        member.values = member.values._replace(optimizer=optimizer)

    def set_values(self, settings: Sequence[Settings]) -> None:
        """Go on with other rates and strengths; nothing is compiled."""
        for member, one in zip(self.members, settings, strict=True):
            self._set(member, one)
        if self.epoch and list(settings) != self.settings:
            self.changed_by_hand = True
        self.settings = list(settings)

    def advance(self, epochs: int) -> None:
        """Train all networks, unless their losses are no longer finite."""
        while epochs > 0 and not self.diverged:
            count = min(epochs, MOST_EPOCHS)
            self.programs.advance(self.members, count, self.data)
            epochs -= count
            for member, curve in zip(self.members, self.curves, strict=True):
                curve.extend(sorted(member.reports.items()))
                member.reports.clear()

    @property
    def as_alone(self) -> bool:
        """Whether networks learn as in a program of their own; dropout tells shut units."""
        return not (self.masked and any(one.dropout for one in self.settings))

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return self.members[0].epoch

    @property
    def diverged(self) -> bool:
        """Whether no network's loss is finite any more."""
        return all(member.diverged is not None for member in self.members)

    @property
    def reports(self) -> list[dict[str, float]]:
        """Each network's figures after its last epoch, as ``fit`` reports them."""
        return [curve[-1][1] if curve else {} for curve in self.curves]

    # What there is to see -----------------------------------------------------------------------

    def grid(self, side: int) -> np.ndarray:
        """Give the inputs at the map's points."""
        if side not in self._grids:
            self._grids[side] = self.problem.grid(side)
        return self._grids[side]

    def weights(self, which: int = 0) -> list[np.ndarray]:
        """Give a network's weights: kernel and bias of each layer in turn."""
        arrays = [np.asarray(w) for w in self.members[which].values.trainable]
        return cropped(arrays, self._widths(which))

    def _widths(self, which: int = 0) -> tuple[int, ...]:
        return (self.problem.x.shape[1], *self.settings[which].layers, 1)

    def picture(self) -> Picture:
        """Paint the first network."""
        painted = self.programs.painter.paint(
            self._all_weights(self.members[0]), self.grid(SIDE), self.problem.span
        )
        units = self.settings[0].layers
        return Picture(
            painted.answer,
            [picture[:n] for picture, n in zip(painted.units, units, strict=True)],
            [scales[:n] for scales, n in zip(painted.scales, units, strict=True)],
        )

    def answers(self, side: int) -> np.ndarray:
        """Paint the answers of all networks, uint8 ``(networks, side**2)``."""
        weights = [self._all_weights(member) for member in self.members]
        return self.programs.painter.paint_several(weights, self.grid(side), self.problem.span)

    def _all_weights(self, member: Member) -> list[Any]:
        return [*member.values.trainable, *member.values.non_trainable]

    def step_of(self, row: int) -> Step:
        """Take the training step apart that the first network would make with one row.

        Raises:
            ValueError: there is no such row.
        """
        if not 0 <= row < len(self.problem.x):
            raise ValueError(f"There are rows 0 to {len(self.problem.x) - 1}, got {row}.")
        x, y = self.problem.x[row : row + 1], self.problem.y[row : row + 1]
        member, programs = self.members[0], self.programs
        with programs.lock:
            step = programs.step_taker(member.values, x, y, self.settings[0].rate, member.numbers)
        return step.cropped(self._widths())

    def file(self) -> bytes:
        """Give the first network as a ``.keras`` file: trained weights, and compiled as it is."""
        model = plain_network(self.settings[0], self.problem.x.shape[1], self.problem.kind)
        model.set_weights(self.weights())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "playground.keras"
            model.save(path)
            return path.read_bytes()

    # What somebody changes ------------------------------------------------------------------------

    def set_weight(self, place: int, index: Sequence[int], value: float) -> None:
        """Set one weight of the first network.

        Arguments:
            place: of the array among ``weights()``.
            index: of the weight in it.
            value: a finite number.

        Raises:
            ValueError: there is no such weight, or that is no finite number.
        """
        weights = self.weights()
        if not 0 <= place < len(weights) or len(index) != weights[place].ndim:
            raise ValueError("There is no such weight.")
        if not all(0 <= i < n for i, n in zip(index, weights[place].shape, strict=True)):
            raise ValueError("There is no such weight.")
        if not np.isfinite(value) or abs(value) > 1e6:
            raise ValueError(f"A weight must be a number from -1e6 to 1e6, got {value!r}.")
        changed = np.array(self.members[0].values.trainable[place])
        changed[tuple(index)] = value
        trainable = list(self.members[0].values.trainable)
        trainable[place] = changed
        self.members[0].values = self.members[0].values._replace(trainable=trainable)
        self.changed_by_hand = True
