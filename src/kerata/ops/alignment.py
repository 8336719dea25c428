"""Functions of ``ops`` for label sequences without alignment (connectionist classification)."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from kerata.base.messages import did_you_mean, shape_text
from kerata.ops.symbolic_call import as_tensor, op

__all__ = [
    "ctc_decode",
    "ctc_loss",
]


@op
def ctc_loss(
    target: Any, output: Any, target_length: Any, output_length: Any, mask_index: int = 0
) -> jax.Array:
    """Connectionist temporal classification: labels in order, without alignment.

    Minus the logarithm of the summed probability of all alignments that give the labels.

    Arguments:
        target: int labels, shape ``(batch, length)``.
        output: float logits, shape ``(batch, time, classes)``.
        target_length, output_length: how many labels and steps of each row count, ints of shape
            ``(batch,)``.
        mask_index: number of the class that stands for no label, 0 by default.

    Returns:
        Floats of shape ``(batch,)``, float32 at least.

    Raises:
        ValueError: other numbers of axes, or different numbers of rows.

    Source: Graves et al. 2006.

    >>> round(float(ctc_loss([[1]], [[[0.0, 0.0]]], [1], [1])[0]), 4)
    0.6931
    """
    import optax  # takes 0.4 s to import, and few programs need it

    labels, scores = as_tensor(target).astype("int32"), as_tensor(output)
    labelled = as_tensor(target_length).astype("int32")
    spoken = as_tensor(output_length).astype("int32")
    fits = labels.ndim == 2 and scores.ndim == 3 and labelled.ndim == spoken.ndim == 1
    if not fits or len({len(x) for x in (labels, scores, labelled, spoken)}) > 1:
        raise ValueError(
            "ctc_loss takes target (batch, length), output (batch, time, classes) and two lengths "
            f"of shape (batch,), got shapes {shape_text(labels.shape)}, "
            f"{shape_text(scores.shape)}, {shape_text(labelled.shape)} and "
            f"{shape_text(spoken.shape)}."
        )
    scores = scores.astype(jnp.promote_types(scores.dtype, "float32"))
    return optax.ctc_loss(
        scores,
        (jnp.arange(scores.shape[1]) >= spoken[:, None]).astype(scores.dtype),
        labels,
        (jnp.arange(labels.shape[1]) >= labelled[:, None]).astype(scores.dtype),
        blank_id=mask_index,
    )


@op
def ctc_decode(
    inputs: Any,
    sequence_lengths: Any,
    strategy: str = "greedy",
    beam_width: int = 100,
    top_paths: int = 1,
    merge_repeated: bool = True,
    mask_index: int = 0,
) -> tuple[jax.Array, jax.Array]:
    """Read the likeliest labels off the scores of a network trained with ``ctc_loss``.

    Arguments:
        inputs: float logits, shape ``(batch, time, classes)``.
        sequence_lengths: how many steps of each row count, ints of shape ``(batch,)``.
        strategy: ``'greedy'`` (default), the likeliest class of each step, or ``'beam_search'``,
            the likeliest labels over all alignments.
        beam_width: how many beginnings a beam search keeps, 100 by default.
        top_paths: how many results a beam search gives, 1 by default.
        merge_repeated: whether a class of two steps running is one label; greedy only.
        mask_index: number of the class that stands for no label, 0 by default.

    Returns:
        Labels, int32 of shape ``(paths, batch, time)`` filled up with -1 (one path if greedy), and
        scores: for greedy minus the sum of the largest logits, ``(batch, 1)``; for a beam search
        logarithms of probabilities, ``(batch, top_paths)``, minus infinity where there are not as
        many label sequences.

    Raises:
        ValueError: an unknown strategy, other numbers of axes, more paths than beams.

    Source: Graves et al. 2006; Hannun et al. 2014 for the search over prefixes.

    >>> scores = [[[0.0, 9.0, 0.0], [0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]]
    >>> ctc_decode(scores, [3])[0]
    Array([[[ 1,  2, -1]]], dtype=int32)
    """
    x = as_tensor(inputs)
    lengths = as_tensor(sequence_lengths)
    if x.ndim != 3 or lengths.shape != x.shape[:1]:
        raise ValueError(
            "ctc_decode takes inputs (batch, time, classes) and sequence_lengths (batch,), got "
            f"shapes {shape_text(x.shape)} and {shape_text(lengths.shape)}."
        )
    if strategy not in ("greedy", "beam_search"):
        known = ("greedy", "beam_search")
        raise ValueError(
            f"ctc_decode: unknown strategy {strategy!r}. {did_you_mean(strategy, known)}"
        )
    x = x.astype(jnp.promote_types(x.dtype, "float32"))
    counted = jnp.arange(x.shape[1]) < lengths[:, None]
    if strategy == "greedy":
        return _greedy(x, counted, merge_repeated, mask_index % x.shape[2])
    if not 1 <= top_paths <= beam_width:
        raise ValueError(
            f"ctc_decode: top_paths must lie between 1 and beam_width={beam_width}, "
            f"got {top_paths!r}."
        )
    blank = mask_index % x.shape[2]
    search = jax.vmap(lambda row, valid: _search(row, valid, beam_width, top_paths, blank))
    paths, scores = search(jax.nn.log_softmax(x), counted)
    return jnp.swapaxes(paths, 0, 1), scores


def _greedy(
    x: jax.Array, counted: jax.Array, merge_repeated: bool, blank: int
) -> tuple[jax.Array, jax.Array]:
    best = jnp.where(counted, jnp.argmax(x, axis=-1), blank)
    kept = best != blank
    if merge_repeated:
        kept &= best != jnp.pad(best[:, :-1], ((0, 0), (1, 0)), constant_values=-1)
    # A stable sort by "left out" brings the labels to the front in their order.
    order = jnp.argsort(~kept, axis=-1, stable=True)
    labels = jnp.take_along_axis(jnp.where(kept, best, -1), order, axis=-1)
    score = -jnp.sum(jnp.where(counted, jnp.max(x, axis=-1), 0.0), axis=1, keepdims=True)
    return labels[None].astype("int32"), score


def _search(
    logs: jax.Array, counted: jax.Array, width: int, top: int, blank: int
) -> tuple[jax.Array, jax.Array]:
    """Keep the likeliest prefixes of one row, each with and without a blank at its end.

    Arguments:
        logs: logarithms of probabilities, shape ``(time, classes)``.
        counted: whether a step counts, shape ``(time,)``.
        width: how many prefixes.
        top: how many results.
        blank: class of no label.
    """
    steps, classes = logs.shape
    never = -jnp.inf
    rows = jnp.arange(width)

    def step(state: Any, given: Any) -> tuple[Any, None]:
        paths, sizes, blanks, labels = state
        x, valid = given
        both = jnp.logaddexp(blanks, labels)
        last = jnp.where(sizes > 0, paths[rows, sizes - 1], -1)
        # A prefix stays by a blank or by its last label again, or grows by a label.
        stay_blank = both + x[blank]
        stay_label = jnp.where(last >= 0, labels + x[last], never)
        repeats = jnp.arange(classes) == last[:, None]
        grown = jnp.where(repeats, blanks[:, None], both[:, None]) + x
        grown = grown.at[:, blank].set(never)
        # What grows into a prefix that is kept already adds to that one.
        before = jnp.where(jnp.arange(steps) == (sizes - 1)[:, None], -1, paths)
        parent = jnp.all(paths[None] == before[:, None], axis=-1) & (sizes > 0)[:, None]
        arriving = jnp.where(parent, grown[:, last].T, never)
        stay_label = jnp.logaddexp(stay_label, jax.nn.logsumexp(arriving, axis=1))
        taken = (parent[:, :, None] & (jnp.arange(classes) == last[:, None, None])).any(axis=0)
        grown = jnp.where(taken, never, grown)
        scores = jnp.concatenate([jnp.logaddexp(stay_blank, stay_label), grown.ravel()])
        best, chosen = jax.lax.top_k(scores, width)
        stays = chosen < width
        source = jnp.where(stays, chosen, (chosen - width) // classes)
        label = (chosen - width) % classes
        longer = paths[source].at[rows, sizes[source]].set(label, mode="drop")
        kept = (
            jnp.where(stays[:, None], paths[source], longer),
            jnp.where(stays, sizes[source], sizes[source] + 1),
            jnp.where(stays, stay_blank[source], never),
            jnp.where(stays, stay_label[source], best),
        )
        return jax.tree.map(lambda new, old: jnp.where(valid, new, old), kept, state), None

    start = (
        jnp.full((width, steps), -1),
        jnp.zeros(width, int),
        jnp.full(width, never, logs.dtype).at[0].set(0.0),
        jnp.full(width, never, logs.dtype),
    )
    (paths, _, blanks, labels), _ = jax.lax.scan(step, start, (logs, counted))
    scores, places = jax.lax.top_k(jnp.logaddexp(blanks, labels), top)
    found = jnp.where(jnp.isfinite(scores)[:, None], paths[places], -1)
    return found.astype("int32"), scores
