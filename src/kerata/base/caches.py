"""Where Kerata keeps what it may find again: compiled programs and data sets."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from pathlib import Path

import jax


def home() -> Path:
    """Give the folder of all caches: ``KERATA_HOME``, else one in the user's cache folder.

    >>> import os
    >>> home() == Path(os.environ["KERATA_HOME"]) if "KERATA_HOME" in os.environ else True
    True
    """
    given = os.environ.get("KERATA_HOME")
    if given:
        return Path(given).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "kerata"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "kerata"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kerata"


def compiled_programs() -> Path:
    """Give the folder of compiled programs for this kind of processor.

    A program compiled for one processor may use instructions that another lacks, so
    machines that share a home folder keep theirs apart.
    """
    return home() / "compiled" / hashlib.sha256(_processor().encode()).hexdigest()[:16]


def keep_compiled_programs() -> None:
    """Let JAX keep compiled programs on disk, unless the user has configured that already."""
    if getattr(jax.config, "jax_compilation_cache_dir", None) is not None:
        return
    folder = compiled_programs()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        # Without a place to write, programs are compiled each time, as ever.
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.05)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()} {platform.node()}"
    wanted = ("model name", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(wanted)}))
