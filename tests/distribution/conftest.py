"""Runs scripts of this folder in processes of their own, with as many devices as wanted."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
# Scripts that only children run; pytest would import them for their doctests.
collect_ignore = ["absent.py", "eight_devices.py", "member.py", "trainings.py"]


def start(script, *arguments, devices=1, **variables):
    """Start a script; its last line is what it found, as JSON."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("KERAS_DISTRIBUTION_")}
    env |= {
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    return subprocess.Popen(
        [sys.executable, FOLDER / script, *map(str, arguments)],
        env=env | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_all(script, processes, *arguments, devices=1, **variables):
    """Start a script in several processes that train together."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    return [
        start(
            script,
            *arguments,
            devices=devices,
            KERAS_DISTRIBUTION_JOB_ADDRESSES=f"127.0.0.1:{port}",
            KERAS_DISTRIBUTION_NUM_PROCESSES=str(processes),
            KERAS_DISTRIBUTION_PROCESS_ID=str(number),
            **variables,
        )
        for number in range(processes)
    ]


def found(child):
    """Wait for a child and give what it found."""
    out, errors = child.communicate(timeout=240)
    assert child.returncode == 0, errors[-3000:]
    return json.loads(out.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def children():
    """The functions above, which test files can't import from here."""
    return start, start_all, found
