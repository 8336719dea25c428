"""Compiled programs and what they were traced for: do they still do what the model says?"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from kerata.base.signature import Signature
from kerata.training.compiled_steps import CompiledSteps


class Signed:
    """Programs that serve as long as nothing they depend on has changed.

    Arguments:
        programs: not traced yet.
        key: what they depend on besides the parts' doing, such as which variables are trained.
        parts: model, and for training optimizer and objective.
    """

    def __init__(self, programs: CompiledSteps, key: Any, parts: tuple[Any, ...]) -> None:
        self.programs, self.key, self.parts = programs, key, parts
        self.signature: Signature | None = Signature(*parts)
        programs.tracing = self._tracing

    @contextlib.contextmanager
    def _tracing(self) -> Iterator[None]:
        """Let what layers change in themselves while they are traced be part of the signature."""
        before = Signature(*self.parts)
        yield
        if self.signature is not None and before.tokens == self.signature.tokens:
            self.signature = Signature(*self.parts)
        else:
            # Other programs here were traced for things as they were before.
            self.signature = None

    def serve(self, key: Any, parts: tuple[Any, ...]) -> bool:
        """Say whether the programs do what these parts do now."""
        if self.signature is None or self.key != key:
            return False
        if any(a is not b for a, b in zip(self.parts, parts, strict=True)):
            return False
        if self.signature.still_holds():
            return True
        now = Signature(*parts)
        if now.tokens != self.signature.tokens:
            return False
        self.signature = now
        return True
