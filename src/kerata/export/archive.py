"""Several functions of trained layers, exported together: Keras's archive."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kerata.export.errors import ExportError
from kerata.export.formats import FORMATS, format_of, write_as
from kerata.layers.layer import Layer
from kerata.utils.files import check_writable, replace_folder, unfinished


class ExportArchive:
    """Collects functions of layers, and writes them for other programs.

    An archive of one endpoint becomes a file, one of several a folder with a file for each,
    called by its name.

    >>> import tempfile
    >>> from kerata import Input, InputSpec, Sequential, layers
    >>> model = Sequential([Input((3,)), layers.Dense(2)])
    >>> archive = ExportArchive()
    >>> archive.track(model)
    >>> _ = archive.add_endpoint("double", lambda x: 2 * model(x), [InputSpec(shape=(None, 3))])
    >>> archive.write_out(Path(tempfile.mkdtemp()) / "double.onnx", verbose=False)[0].outputs
    ('outputs',)
    """

    def __init__(self) -> None:
        self._endpoints: dict[str, _Endpoint] = {}
        self._tracked: list[Layer] = []

    def track(self, resource: Any) -> None:
        """Name a layer or model whose variables endpoints read.

        Arguments:
            resource: a built layer or model.

        Raises:
            TypeError: something else.
            ValueError: it has no weights yet.
        """
        if not isinstance(resource, Layer):
            raise TypeError(f"ExportArchive.track takes a layer or model, got {resource!r}.")
        if not resource.built:
            raise ValueError(
                f"ExportArchive.track: {resource.name!r} is not built yet: call it once on data."
            )
        self._tracked.append(resource)

    def add_endpoint(
        self, name: str, fn: Callable[..., Any], input_signature: Any = None, **kwargs: Any
    ) -> Callable[..., Any]:
        """Add a function of arrays.

        Arguments:
            name: letters, digits and underscores.
            fn: a function of arrays, or a layer or model.
            input_signature: a list of one ``InputSpec`` (or nested ones) for each argument; a
                functional or sequential model knows its own.
            **kwargs: ``is_static`` and ``jax2tf_kwargs`` of Keras make no difference.

        Returns:
            The function.

        Raises:
            ValueError: a name that is taken or no name; no signature of a plain function.
            TypeError: an unknown argument.
        """
        unknown = kwargs.keys() - {"is_static", "jax2tf_kwargs"}
        if unknown:
            raise TypeError(f"add_endpoint got an unexpected argument {sorted(unknown)[0]!r}.")
        if name in self._endpoints:
            raise ValueError(f"ExportArchive has an endpoint {name!r} already.")
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(f"An endpoint's name is a word like 'serve', got {name!r}.")
        if input_signature is None and getattr(fn, "_graph", None) is None:
            raise ValueError(
                f"Endpoint {name!r}: give input_signature=[keras.InputSpec(shape=(None, 4))], one "
                "for each argument."
            )
        layers = [*self._tracked, *([fn] if isinstance(fn, Layer) else [])]
        self._endpoints[name] = _Endpoint(name, fn, input_signature, layers)
        return fn

    def track_and_add_endpoint(
        self, name: str, resource: Any, input_signature: Any = None, **kwargs: Any
    ) -> Callable[..., Any]:
        """Track a layer or model and add its call: see ``add_endpoint``."""
        self.track(resource)
        return self.add_endpoint(name, resource, input_signature, **kwargs)

    def add_variable_collection(self, name: str, variables: Any) -> None:
        """Refuse collections of variables, which belong to TensorFlow's SavedModel.

        Raises:
            ExportError: always; the files hold the values that endpoints read.
        """
        raise ExportError(
            f"add_variable_collection({name!r}): exported files hold the values that endpoints "
            "read; collections of variables belong to TensorFlow's SavedModel."
        )

    def write_out(
        self,
        filepath: Any,
        options: Any = None,
        verbose: bool = True,
        format: str | None = None,
    ) -> list[Any]:
        """Write the endpoints.

        Arguments:
            filepath: of the file, or of the folder for several endpoints.
            options: must be None; TensorFlow's options for saving.
            verbose: whether to print what was written.
            format: one of those of ``export_model``; by the ending by default.

        Returns:
            What was written for each endpoint.

        Raises:
            ValueError: no endpoint; options; an unknown format.
            ExportError: an endpoint that can't be exported; nothing is written then.
        """
        if options is not None:
            raise ValueError("write_out: options are TensorFlow's and must be left out.")
        if not self._endpoints:
            raise ValueError("ExportArchive has no endpoints: call add_endpoint() first.")
        if len(self._endpoints) == 1:
            (endpoint,) = self._endpoints.values()
            kind = format_of(filepath, format)
            written = [write_as(kind, endpoint.fitting, filepath, endpoint.signature)]
        else:
            if format is None:
                raise ValueError(
                    f"write_out: {len(self._endpoints)} endpoints make a folder; give format=..., "
                    f"one of {', '.join(map(repr, FORMATS))}."
                )
            written = self._folder(Path(filepath), format_of(filepath, format))
        if verbose:
            for one in written:
                print(f"{one}.")
        return written

    def _folder(self, path: Path, kind: str) -> list[Any]:
        check_writable(path.parent)
        beside = unfinished(path)
        try:
            beside.mkdir()
            written = [
                write_as(kind, endpoint.fitting, beside / f"{name}.{kind}", endpoint.signature)
                for name, endpoint in self._endpoints.items()
            ]
            replace_folder(beside, path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return [one.moved(path / one.path.name) for one in written]


class _Endpoint:
    """A function that is exported as if it were a model."""

    built = True
    keeps_rows_apart = False
    _graph = None

    def __init__(self, name: str, fn: Any, signature: Any, layers: list[Layer]) -> None:
        self.name, self.fn, self.signature = name, fn, signature
        self._layers = layers
        several = isinstance(signature, (list, tuple)) and len(signature) > 1
        self._several = several

    @property
    def fitting(self) -> Any:
        """The model itself where it is one that knows its inputs."""
        return self.fn if self.signature is None else self

    @property
    def variables(self) -> list[Any]:
        """Those of the layers."""
        found = {id(v): v for layer in self._layers for v in layer.variables}
        return list(found.values())

    def _flatten_layers(self) -> Any:
        for layer in self._layers:
            yield from layer._flatten_layers()

    def __call__(self, inputs: Any, training: bool = False) -> Any:
        return self.fn(*inputs) if self._several else self.fn(inputs)
