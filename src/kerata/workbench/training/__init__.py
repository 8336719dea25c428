"""From prepared rows to trained networks, beside their baselines."""
