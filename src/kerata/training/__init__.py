"""The engine: data in, compiled epochs, results out."""
