"""Where a program will run: a static fact that chooses a formulation."""

from __future__ import annotations

import jax


def on_cpu() -> bool:
    """Tell whether computations go to the CPU by default.

    ``lax.platform_dependent`` would decide later, at lowering, but traces and differentiates every
    formulation; a program is compiled for the default device anyway.
    """
    device = getattr(jax.config, "jax_default_device", None)
    if device is None:
        return jax.default_backend() == "cpu"
    return (device if isinstance(device, str) else device.platform) == "cpu"
