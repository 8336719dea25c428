"""How data sets begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np

from kerata.base.randomness import draw_seed
from kerata.data import sources, streams
from kerata.data.elements import END, as_tuples
from kerata.data.rows import count_rows, row
from kerata.data.spec import TensorSpec, spec_of
from kerata.data.streams import UNKNOWN, Stream
from kerata.data.structure import hosted, leaves, mapped, presented


class Making:
    """The functions of ``Dataset`` that make one."""

    _stream: Stream
    element_spec: Any
    _chosen: Callable[..., Self]

    def __init__(self, stream: Stream, spec: Any = None, rows: Any = None) -> None:
        raise NotImplementedError

    @classmethod
    def from_tensor_slices(cls, tensors: Any, name: str | None = None) -> Self:
        """Give the rows of arrays as elements.

        Arguments:
            tensors: array, list or table, or tuples and dictionaries of them; all with the same
                number of rows.
            name: accepted for TensorFlow's sake, here and in all methods.

        Raises:
            ValueError: different numbers of rows, or ragged lists.

        >>> from kerata.data import Dataset
        >>> [int(row["a"]) for row in Dataset.from_tensor_slices({"a": [1, 2]})]
        [1, 2]
        """
        arrays = sources.as_arrays(tensors, "Dataset.from_tensor_slices")
        return cls._of_rows(arrays, streams.counting(0, count_rows(arrays)))

    @classmethod
    def _of_rows(cls, arrays: Any, order: Stream) -> Self:
        def walk() -> Iterator[Any]:
            return (row(arrays, i) for i in order.start())

        def spec() -> Any:
            return mapped(lambda a: TensorSpec(a.shape[1:], a.dtype), arrays)

        return cls(Stream(walk, order.count), spec, rows=(arrays, order))

    @classmethod
    def from_tensors(cls, tensors: Any, name: str | None = None) -> Self:
        """Give one element: the arrays as they are.

        >>> from kerata.data import Dataset
        >>> len(Dataset.from_tensors([1, 2, 3]))
        1
        """
        element = sources.as_arrays(tensors, "Dataset.from_tensors")
        return cls(Stream(lambda: iter([element]), lambda: 1), lambda: spec_of(element))

    @classmethod
    def from_generator(
        cls,
        generator: Callable[..., Any],
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = None,
        output_signature: Any = None,
        name: str | None = None,
    ) -> Self:
        """Give what an iterator of Python gives.

        Arguments:
            generator: function that gives an iterator anew for each pass.
            output_types, output_shapes: types and shapes of the elements, as older programs say
                them.
            args: arguments for ``generator``.
            output_signature: nested ``TensorSpec``; elements are checked by it. Without any of
                these, elements are what they are.

        Raises:
            TypeError: ``generator`` is no function; an element of another type.
            ValueError: an element of another shape.

        >>> from kerata.data import Dataset
        >>> spec = TensorSpec((), "int32")
        >>> data = Dataset.from_generator(lambda: iter([1, 2]), output_signature=spec)
        >>> [int(x) for x in data]
        [1, 2]
        """
        if not callable(generator):
            raise TypeError(
                "Dataset.from_generator takes a function that gives an iterator, got "
                f"{type(generator).__name__}; for an iterator there is `lambda: iterator`."
            )
        signature = sources.signature_of(output_signature, output_types, output_shapes)
        stream = sources.generated(
            generator, signature, tuple(presented(hosted(a)) for a in args or ())
        )
        return cls(stream, None if signature is None else lambda: as_tuples(signature))

    @classmethod
    def range(cls, *bounds: Any, output_type: Any = "int64", name: str | None = None) -> Self:
        """Give the integers ``start`` to ``stop`` (exclusive) in steps, as Python's ``range``.

        >>> from kerata.data import Dataset
        >>> [int(x) for x in Dataset.range(1, 6, 2)]
        [1, 3, 5]
        """
        stream = sources.numbers(bounds, output_type)
        return cls(stream, lambda: TensorSpec((), output_type))

    @classmethod
    def list_files(
        cls,
        file_pattern: Any,
        shuffle: bool | None = None,
        seed: int | None = None,
        name: str | None = None,
    ) -> Self:
        """Give the paths that fit patterns such as ``'images/*/*.png'``.

        Arguments:
            shuffle: whether each pass has another order; True by default.
            seed: of the order.

        Raises:
            FileNotFoundError: no file fits.
        """
        paths = sources.files_like(file_pattern)
        data = cls.from_tensor_slices(np.array(paths, object))
        if shuffle is False:
            return data
        return data._chosen(streams.shuffled, len(paths), streams.Shuffler(draw_seed(seed), True))

    @classmethod
    def zip(cls, *args: Any, datasets: Any = None, name: str | None = None) -> Self:
        """Give the elements of several data sets together, as many as the shortest has.

        Arguments:
            args: data sets, or one nested structure of them.

        >>> from kerata.data import Dataset
        >>> one, two = Dataset.range(2), Dataset.range(5, 9)
        >>> [(int(a), int(b)) for a, b in Dataset.zip((one, two))]
        [(0, 5), (1, 6)]
        """
        nest = datasets if datasets is not None else args[0] if len(args) == 1 else args
        nest = tuple(nest) if isinstance(nest, list) else nest
        parts = list(leaves(nest))
        for part in parts:
            if not isinstance(part, Making):
                raise TypeError(f"Dataset.zip takes data sets, got {type(part).__name__}.")

        def together(items: tuple[Any, ...]) -> Any:
            left = iter(items)
            return mapped(lambda _: next(left), nest)

        stream = streams.zipped([part._stream for part in parts], together)
        return cls(stream, lambda: mapped(lambda part: part.element_spec, nest))

    @classmethod
    def sample_from_datasets(
        cls,
        datasets: list[Any],
        weights: Any = None,
        seed: int | None = None,
        stop_on_empty_dataset: bool = False,
        rerandomize_each_iteration: bool | None = None,
    ) -> Self:
        """Give elements of several data sets, drawn at random.

        Arguments:
            datasets: from which to draw.
            weights: probability of each; equal by default.
            seed: of the draws.
            stop_on_empty_dataset: whether to end where one of them ends.
        """
        shares = np.ones(len(datasets)) if weights is None else np.asarray(weights, float)
        shuffler = streams.Shuffler(draw_seed(seed), rerandomize_each_iteration is not False)

        def walk() -> Iterator[Any]:
            rng, left = shuffler.generator(), shares.copy()
            running = [data._stream.start() for data in datasets]
            while left.sum() > 0:
                chosen = int(rng.choice(len(running), p=left / left.sum()))
                item = next(running[chosen], END)
                if item is not END:
                    yield item
                elif stop_on_empty_dataset:
                    return
                else:
                    left[chosen] = 0

        return cls(Stream(walk, lambda: UNKNOWN), lambda: datasets[0].element_spec)
