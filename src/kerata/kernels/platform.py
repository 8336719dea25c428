"""Where a program will run: a static fact that chooses a formulation."""

from __future__ import annotations

import jax

from kerata.base.portable import is_portable


def platform() -> str:
    """Give the kind of device that computations go to by default: ``'cpu'``, ``'gpu'``, ..."""
    device = getattr(jax.config, "jax_default_device", None)
    if device is None:
        return jax.default_backend()
    name = device if isinstance(device, str) else device.platform
    return "gpu" if name in ("cuda", "rocm") else name


def on_cpu() -> bool:
    """Tell whether computations go to the CPU by default.

    ``lax.platform_dependent`` would decide later, at lowering, but traces and differentiates every
    formulation; a program is compiled for the default device anyway. One that is traced to run
    elsewhere gets the formulations of few operations, which the runtime there knows as a whole.
    """
    return not is_portable() and platform() == "cpu"
