"""From prepared rows to trained networks and their baselines."""
