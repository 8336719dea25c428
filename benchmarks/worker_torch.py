"""PyTorch, written as its users write it, with and without compilation, in its own process."""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from jobs import JOBS, STEPS, WHOLE, load
from torch import nn
from worker import peak


class WideDeep(nn.Module):
    """A linear part and a deep part, both seen by the last unit."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.wide = nn.Sequential(nn.Linear(width, 1), nn.Sigmoid())
        sizes = [(width, 64), (64, 32), (32, 16)]
        self.deep = nn.Sequential(*(m for s in sizes for m in (nn.Linear(*s), nn.ReLU())))
        self.last = nn.Linear(17, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.cat([self.wide(x), self.deep(x)], 1))


class Recurrent(nn.Module):
    """An embedding where there are words, a recurrent layer, the last unit on its last state."""

    def __init__(self, layer: nn.Module, width: int, words: bool) -> None:
        super().__init__()
        self.words = nn.Embedding(10000, 32) if words else nn.Identity()
        self.layer, self.last = layer, nn.Linear(width, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = self.layer(self.words(x))[1]
        state = state[0] if isinstance(state, tuple) else state
        return self.last(torch.cat(list(state), 1))


class Block(nn.Module):
    """The transformer block of ``jobs.transformer``."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(10000, 32)
        self.attention = nn.MultiheadAttention(32, 2, batch_first=True)
        self.norms = nn.ModuleList([nn.LayerNorm(32), nn.LayerNorm(32)])
        self.hidden = nn.Sequential(nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 32))
        self.last = nn.Linear(32, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.words(x)
        x = self.norms[0](x + self.attention(x, x, x, need_weights=False)[0])
        x = self.norms[1](x + self.hidden(x))
        return self.last(x.mean(1))


def network(job: str, width: int) -> nn.Module:
    """Build the same network as ``jobs.build``, with scores instead of probabilities."""
    relu, linear = nn.ReLU, nn.Linear
    if job == "imdb":
        return nn.Sequential(linear(width, 16), relu(), linear(16, 16), relu(), linear(16, 1))
    if job == "mnist":
        return nn.Sequential(linear(784, 512), relu(), linear(512, 10))
    if job == "boston":
        return nn.Sequential(linear(13, 64), relu(), linear(64, 64), relu(), linear(64, 1))
    if job == "adult":
        return WideDeep(width)
    if job == "lstm":
        return Recurrent(nn.LSTM(32, 32, batch_first=True), 32, words=True)
    if job == "gru":
        return Recurrent(nn.GRU(32, 32, batch_first=True, bidirectional=True), 64, words=True)
    if job == "series":
        return Recurrent(nn.LSTM(width, 16, batch_first=True), 16, words=False)
    if job == "transformer":
        return Block()
    convolutions = [nn.Conv2d(1, 32, 3), relu(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), relu()]
    head = [nn.MaxPool2d(2), nn.Conv2d(64, 64, 3), relu(), nn.Flatten(), linear(576, 64), relu()]
    return nn.Sequential(*convolutions, *head, linear(64, 10))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("job")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--compile", action="store_true", help="torch.compile network and loss")
    args = parser.parse_args()
    compiled = torch.compile if args.compile else lambda function: function
    job = WHOLE[args.job] if args.job in WHOLE else JOBS[args.job]
    name = job.name.removesuffix("-program")
    *arrays, real = load(name)
    x, y, x_test, y_test = (torch.from_numpy(a) for a in arrays)
    if name == "cnn":
        # The layout in which its convolutions are fastest on a processor.
        x, x_test = (
            a.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last) for a in (x, x_test)
        )
    if name == "series":
        # Views: the windows lie in memory once.
        x, x_test = (
            a.unfold(0, STEPS, 1).transpose(1, 2)[: len(b)] for a, b in ((x, y), (x_test, y_test))
        )
    torch.manual_seed(0)
    if job.folds:
        scores = []
        for fold in torch.arange(len(x)).tensor_split(job.folds):
            kept = torch.ones(len(x), dtype=torch.bool)
            kept[fold] = False
            model, _ = fit(job, name, x[kept], y[kept], job.epochs, compiled)
            scores.append(score(name, model, x[fold], y[fold]))
        figures = {"test": statistics.mean(scores)}
    else:
        model, times = fit(job, name, x, y, args.epochs or job.epochs, compiled)
        figures = {"first_epoch_s": times[0], "test": score(name, model, x_test, y_test)}
        if args.job in JOBS:
            figures["epoch_s"] = statistics.median(times[1:])
    print(json.dumps(figures | {"peak_mb": peak(), "real_data": real}))


def fit(
    job: Any, name: str, x: Any, y: Any, epochs: int, compiled: Callable[..., Any]
) -> tuple[Any, list[float]]:
    """Train; give the model and the seconds of each epoch."""
    model = network(name, x.shape[-1])
    if name == "cnn":
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.RMSprop(model.parameters(), 1e-3, alpha=0.9, foreach=True)
    losses = {"mnist": nn.CrossEntropyLoss(), "cnn": nn.CrossEntropyLoss(), "boston": nn.MSELoss()}
    losses["series"] = nn.MSELoss()
    loss = losses.get(name, nn.BCEWithLogitsLoss())

    @compiled
    def judged(x: Any, y: Any) -> Any:
        scores = model(x)
        return loss(scores.squeeze(1) if scores.shape[1] == 1 else scores, y)

    times = []
    for _ in range(epochs):
        begin = time.perf_counter()
        order = torch.randperm(len(x))
        for start in range(0, len(x), job.batch_size):
            rows = order[start : start + job.batch_size]
            value = judged(x[rows], y[rows])
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
        times.append(time.perf_counter() - begin)
    return model, times


def score(name: str, model: Any, x: Any, y: Any) -> float:
    """Give accuracy, or Boston's mean absolute error."""
    model.eval()
    with torch.no_grad():
        outputs = torch.cat([model(part) for part in x.split(512)])
    if name in ("boston", "series"):
        return float((outputs.squeeze(1) - y).abs().mean())
    if outputs.shape[1] == 1:
        return float(((outputs.squeeze(1) > 0) == (y > 0.5)).float().mean())
    return float((outputs.argmax(1) == y.argmax(1)).float().mean())


if __name__ == "__main__":
    main()
