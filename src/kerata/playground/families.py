"""Networks that learn side by side and differ in one thing."""

from __future__ import annotations

from kerata.playground.settings import Settings

WIDTHS = (1, 2, 3, 4, 5, 20, 50)
# In steps of about three, around the rate that settings have.
RATE_FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)
SEEDS = 5
KINDS = ("units", "rates", "seeds")


def family(settings: Settings, kind: str) -> tuple[list[Settings], list[str]]:
    """Give the settings of a family's networks, and what tells each from the others.

    Arguments:
        settings: of the network that the family is built around.
        kind: ``'units'`` (one hidden layer of so many), ``'rates'`` or ``'seeds'``.

    Raises:
        ValueError: another kind.

    >>> family(Settings(rate=0.01), "rates")[1]
    ['rate 0.001', 'rate 0.003', 'rate 0.01', 'rate 0.03', 'rate 0.1']
    """
    if kind == "units":
        found = [settings.with_(layers=(units,)) for units in WIDTHS]
        return found, [f"{n} hidden unit{'s' if n > 1 else ''}" for n in WIDTHS]
    if kind == "rates":
        rates = [float(f"{settings.rate * factor:.3g}") for factor in RATE_FACTORS]
        return [settings.with_(rate=rate) for rate in rates], [f"rate {r:g}" for r in rates]
    if kind == "seeds":
        seeds = range(settings.seed, settings.seed + SEEDS)
        return [settings.with_(seed=seed) for seed in seeds], [f"seed {seed}" for seed in seeds]
    raise ValueError(f"A family is one of {', '.join(KINDS)}, got {kind!r}.")
