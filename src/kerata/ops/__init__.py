"""NumPy-like functions that work on arrays, variables and symbolic tensors."""
