"""Run in a process whose first process is not there."""

from kerata import distribution

distribution.initialize(timeout=2)
