"""Data sets that worker processes can import."""

import os
import random

import numpy as np

from kerata.utils import PyDataset


class Squares(PyDataset):
    """Batch i is i squared, the process that made it, random numbers and the epoch."""

    def __init__(self, n=6, **kwargs):
        super().__init__(**{"workers": 2, "use_multiprocessing": True, **kwargs})
        self.n, self.epoch = n, 0

    def __len__(self):
        return self.n

    def __getitem__(self, index):
        return index**2, os.getpid(), (np.random.random(), random.random()), self.epoch

    def on_epoch_end(self):
        self.epoch += 1


class Broken(Squares):
    def __getitem__(self, index):
        if index == 3:
            raise KeyError("lost row")
        return index


class Dying(Squares):
    def __getitem__(self, index):
        os._exit(1)


class Rows(Squares):
    def __getitem__(self, index):
        x = np.full((4, 2), index / self.n, "float32")
        return x, x[:, :1]
