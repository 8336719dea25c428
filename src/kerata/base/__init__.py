"""The lowest floor: boxes, scopes, names, configs, symbolic tensors, randomness."""
