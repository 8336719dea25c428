"""Settings for all tests: Keras runs on JAX, compiled programs are cached between runs."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
