"""How layers keep a weight and multiply by it: as floats, as integers, with a low-rank part."""
