"""What a diagnosis says: sentences with their evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from kerata.base.messages import printable
from kerata.utils.html import note, plain_table
from kerata.workbench.core.wording import counted

SEVERITIES = ("note", "warning", "serious")


@dataclass(frozen=True)
class Finding:
    """One fault and its evidence.

    Arguments:
        name: of the fault, one of a fixed list, such as ``"overfitting"``.
        sentence: what was measured and what it means.
        evidence: the numbers behind the sentence.
        next_step: what to do; '' where another finding says it.
        severity: ``"note"`` (worth knowing), ``"warning"`` (costs quality) or ``"serious"``
            (the result is worthless or can't be judged).

    Raises:
        ValueError: a severity that is none of these three.

    >>> print(Finding("bottleneck", "4 numbers carry 46 classes.", {}, "Widen it."))
    Bottleneck: 4 numbers carry 46 classes. Widen it.
    """

    name: str
    sentence: str
    evidence: Mapping[str, Any]
    next_step: str
    severity: str = "warning"

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {SEVERITIES}, got {self.severity!r}.")

    def __str__(self) -> str:
        said = f"{self.name[0].upper()}{self.name[1:]}: {self.sentence} {self.next_step}"
        return printable(said.rstrip())


class Findings(list[Finding]):
    """A list of findings that prints as plain sentences, the most serious first.

    Arguments:
        found: the findings.
        looked_for: names of all faults that were looked for.
        left_out: faults that could not be looked for, each with what is missing.
        fit: how training rows compare with held-out rows, in a sentence; '' if unknown.
    """

    def __init__(
        self,
        found: Iterable[Finding] = (),
        looked_for: Iterable[str] = (),
        left_out: Mapping[str, str] | None = None,
        fit: str = "",
    ) -> None:
        super().__init__(sorted(found, key=lambda f: -SEVERITIES.index(f.severity)))
        self.looked_for = tuple(looked_for)
        self.left_out = dict(left_out or {})
        self.fit = fit

    @property
    def names(self) -> list[str]:
        """Names of what was found."""
        return [finding.name for finding in self]

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain values."""
        return {
            "found": [asdict(finding) for finding in self],
            "looked_for": list(self.looked_for),
            "left_out": self.left_out,
            "fit": self.fit,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """Rebuild what ``as_dict`` gave.

        >>> found = Findings([Finding("bottleneck", "4 numbers.", {}, "Widen it.")], ["bottleneck"])
        >>> print(Findings.from_dict(found.as_dict()))
        Bottleneck: 4 numbers. Widen it.
        """
        found = [Finding(**finding) for finding in stored["found"]]
        return cls(found, stored["looked_for"], stored["left_out"], stored.get("fit", ""))

    def get(self, name: str) -> Finding | None:
        """Give the finding of a name, or None."""
        return next((finding for finding in self if finding.name == name), None)

    def sentences(self, without: Collection[str] = ()) -> list[str]:
        """Give a line for each finding, without what to do, and what was not looked for.

        Arguments:
            without: names of findings that are shown elsewhere.
        """
        lines = [
            f"{finding.name[0].upper()}{finding.name[1:]}: {finding.sentence}"
            for finding in self
            if finding.name not in without
        ]
        if not lines and self.looked_for:
            count = len(self.looked_for) - len(self)
            nothing = "Nothing else" if self else "Nothing"
            lines.append(f"{nothing} found among {_faults(count)} that were looked for.")
        return lines + self._left_out()

    def __str__(self) -> str:
        lines = [str(finding) for finding in self]
        if not lines:
            count = len(self.looked_for)
            lines.append(f"Nothing found among {_faults(count)} that were looked for.")
        return "\n".join(lines + self._left_out())

    def _left_out(self) -> list[str]:
        reasons: dict[str, list[str]] = {}
        for name, reason in self.left_out.items():
            reasons.setdefault(reason, []).append(name)
        return [f"Not looked for ({reason}): {', '.join(n)}." for reason, n in reasons.items()]

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if not self:
            return note(str(self))
        rows = [[f.severity, f.name, f.sentence, f.next_step] for f in self]
        return plain_table(["", "found", "what was measured", "what to do"], rows) + "".join(
            map(note, self._left_out())
        )


def _faults(count: int) -> str:
    return counted(count, "possible fault")
