"""What the machine can do at best, and the time below which no program can come."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from typing import Any

from contenders import PEERS
from jobs import Job

MEASURE = """
import json, time
import jax, jax.numpy as jnp, numpy as np
def best(f, times=8):
    found = []
    for _ in range(times):
        t = time.perf_counter(); f(); found.append(time.perf_counter() - t)
    return min(found)
a = jnp.ones((2048, 2048), jnp.float32)
product = jax.jit(lambda a: a @ a)
jax.block_until_ready(product(a))
rate = 2 * 2048**3 / best(lambda: jax.block_until_ready(product(a))) / 1e9
def copied(size, times):
    x = np.ones(size, np.float32); y = np.empty_like(x)
    return 2 * x.nbytes / best(lambda: np.copyto(y, x), times) / 1e9
print(json.dumps({"gflops": rate, "memory_gb": copied(2**26, 8), "cache_gb": copied(2**15, 2000)}))
"""
# Weights, gradients and moments are read or written about so often in a step, 4 bytes each.
PASSES = 6
CACHE_BYTES = 2**20


def measure() -> dict[str, Any]:
    """Measure matrix products, memory and cache; list versions."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True
    )
    facts = json.loads(done.stdout)
    versions = {"python": platform.python_version(), "jax": importlib.metadata.version("jax")}
    listed = subprocess.run(
        [str(PEERS), "-m", "pip", "list", "--format", "json"], capture_output=True, text=True
    )
    if listed.returncode == 0:
        packages = {p["name"]: p["version"] for p in json.loads(listed.stdout)}
        names = ("keras", "tensorflow-cpu", "tensorflow", "torch", "scikit-learn")
        versions |= {name: packages[name] for name in names if name in packages}
    return facts | {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "versions": versions,
    }


def floor(job: Job, facts: dict[str, Any]) -> float:
    """Give the seconds of an epoch at the machine's rates, whichever of two limits is higher.

    Products: forward, and backward as much again for the weights and, but for the first layer,
    for the inputs. Bytes: the data once, and the weights ``PASSES`` times a step, at the cache's
    rate if weights, gradients and moments fit into a core's cache.
    """
    products = 2 * job.rows * (2 * job.macs + 3 * job.later_macs) / (facts["gflops"] * 1e9)
    weights = 4 * PASSES * job.weights * -(-job.rows // job.batch_size)
    rate = "cache_gb" if 12 * job.weights < CACHE_BYTES else "memory_gb"
    memory = facts["memory_gb"] * 1e9
    return max(products, job.rows * job.row_bytes / memory + weights / (facts[rate] * 1e9))
