"""Models and weights to files and back: every format, recognised by the file's content."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from kerata.base.custom_objects import custom_object_scope
from kerata.base.json_text import read_json_text
from kerata.base.messages import printable
from kerata.base.registry import check_safe_mode
from kerata.base.variable import limited_size
from kerata.saving import archive, hdf5, hdf5_probe, legacy, orbax, state
from kerata.saving.structure import compile_from, model_from
from kerata.utils.files import disk_failed, write_beside
from kerata.utils.plain_files import open_plain

# Weights of a model that a text describes: a gigabyte in float32.
_MOST_OF_A_TEXT = 1 << 28
_FORMATS = "Use the ending .keras (or .h5, for older programs)."


def save_model(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    zipped: bool | None = None,
    include_optimizer: bool = True,
    save_format: str | None = None,
) -> None:
    """Write a whole model: structure, weights, what ``compile`` was given, optimizer's state.

    The file is written beside its place and renamed when it is whole.

    Arguments:
        model: the model.
        filepath: ``.keras``, or ``.h5`` for the layout of Keras 2.
        overwrite: whether a file that is there is replaced.
        zipped: only True; folders are not written.
        include_optimizer: whether an ``.h5`` file gets the optimizer.
        save_format: Keras 2's name of the format, ``'h5'`` or ``'keras'``.

    Raises:
        ValueError: another ending; a model that can't be written in this format.
        FileExistsError: the file is there and ``overwrite`` is False.
        OSError: the folder can't be written or is full; what was there stays.

    >>> import tempfile
    >>> from kerata import Input, Sequential, layers
    >>> model = Sequential([Input((2,)), layers.Dense(1)])
    >>> save_model(model, Path(tempfile.mkdtemp()) / "model.keras")
    """
    path = Path(filepath)
    if zipped is False:
        raise ValueError("Models are saved as one file; leave zipped=False out.")
    if path.suffix == ".keras":
        _write(path, overwrite, lambda f: archive.write_archive(f, model, str(path.parent)))
    elif path.suffix in (".h5", ".hdf5") or save_format == "h5":
        if path.name.endswith(".weights.h5"):
            raise ValueError(f"{path} is a name for weights alone; call save_weights().")
        write_hdf5(path, overwrite, lambda f: legacy.write_model(f, model, include_optimizer))
    else:
        raise ValueError(f"Can't tell the format of the file {str(path)!r}. {_FORMATS}")


def load_model(
    filepath: Any, custom_objects: Any = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """Read a whole model from a ``.keras`` or ``.h5`` file or an Orbax checkpoint, of Keras too.

    No code from the file is run and no module it names is imported.

    Arguments:
        filepath: the file; of checkpoints the folder, whose latest is read.
        custom_objects: classes and functions of yours that the model uses, by name.
        compile: whether to compile it as it was, optimizer's state included.
        safe_mode: only True is possible.

    Raises:
        FileNotFoundError: no such file.
        ValueError: a file that is no model's, is damaged, or names what is not known here.
    """
    check_safe_mode(safe_mode)
    if orbax.is_checkpoint(Path(filepath)):
        with _one_error(str(filepath)), custom_object_scope(custom_objects or {}):
            return orbax.read_model(Path(filepath), compile)
    with opened(filepath) as (file, kind), custom_object_scope(custom_objects or {}):
        if kind == "zip":
            return archive.read_archive(file, compile, hdf5_probe.is_own(file))
        with hdf5.reading(file, hdf5_probe.is_own(file)) as f:
            size = file.seek(0, 2)
            with limited_size(archive.most_numbers(size)):
                return legacy.read_model(f, compile)


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: Any = None,
    objects_to_skip: Iterable[Any] | None = None,
) -> None:
    """Write the weights, and the optimizer's state if there is one.

    Arguments:
        filepath: ``.weights.h5``; with plain ``.h5`` in the layout of Keras 2.
        overwrite: whether a file that is there is replaced.
        max_shard_size: only None.
        objects_to_skip: layers (or the optimizer) to leave out, with all inside them; only
            for ``.weights.h5``.

    Raises:
        ValueError: another ending, or a model without weights yet.
        FileExistsError, OSError: as for ``save_model``.
    """
    path = Path(filepath)
    if max_shard_size is not None:
        raise ValueError("Weights are saved as one file; leave max_shard_size out.")
    if path.suffix != ".h5":
        raise ValueError(f"Weights are saved as .weights.h5, got the name {str(path)!r}.")
    _check_built(model, "save")
    skipped = list(objects_to_skip or ())
    if path.name.endswith(".weights.h5"):
        write_hdf5(path, overwrite, lambda f: state.write_state(f, model, skipped))
    elif skipped:
        raise ValueError("objects_to_skip needs the ending .weights.h5; Keras 2's has no place.")
    else:
        write_hdf5(path, overwrite, lambda f: legacy.write_weights(f, model))


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    by_name: bool = False,
    objects_to_skip: Iterable[Any] | None = None,
) -> None:
    """Read weights from a ``.weights.h5``, ``.h5`` or ``.keras`` file or an Orbax checkpoint.

    Arguments:
        filepath: the file.
        skip_mismatch: leave layers whose weights don't fit as they are, with a warning.
        by_name: match layers by name instead of order; others stay as they are. Only in the
            layout of Keras 2, where layers have names.
        objects_to_skip: layers (or the optimizer) to leave as they are, with all inside them;
            not in the layout of Keras 2.

    Raises:
        FileNotFoundError: no such file.
        ValueError: weights that don't fit, a damaged file; the model stays as it was.
    """
    _check_built(model, "load")
    if orbax.is_checkpoint(Path(filepath)):
        if skip_mismatch or by_name or objects_to_skip:
            raise ValueError(
                f"{filepath} is an Orbax checkpoint, which is read as a whole; leave "
                "skip_mismatch, by_name and objects_to_skip out."
            )
        with _one_error(str(filepath)):
            orbax.read_weights(model, Path(filepath))
        return
    with opened(filepath) as (file, kind):
        source = archive.read_weights_entry(file) if kind == "zip" else file
        with hdf5.reading(source, hdf5_probe.is_own(file)) as f:
            whole = hdf5.child(f, "model_weights")
            old = f if whole is None else whole
            if any(name in old.attrs for name in ("layer_names", "layer_names0")):
                if objects_to_skip:
                    raise ValueError("objects_to_skip needs a file in the layout of Keras 3")
                legacy.read_weights(old, model, skip_mismatch, by_name)
            elif by_name:
                raise ValueError(
                    "by_name=True needs a file in the layout of Keras 2 (.h5, from "
                    "save_weights('name.h5')); this one goes by places, so leave by_name out"
                )
            else:
                state.read_state(f, model, skip_mismatch, list(objects_to_skip or ()))


def model_from_json(json_string: str, custom_objects: Any = None) -> Any:
    """Build a model with fresh weights from what ``to_json`` gave, here or in Keras.

    Raises:
        ValueError: text that is no model's config, or that names what is not known here; one
            with more than 2**28 weights, which a few bytes can name (build such a model with
            ``from_config``).
    """
    with _one_error("The text"), custom_object_scope(custom_objects or {}):
        config = read_json_text(json_string, "it")
        with limited_size(_MOST_OF_A_TEXT):
            model = model_from(config)
            if config.get("compile_config"):
                compile_from(model, config["compile_config"])
        return model


def _check_built(model: Any, what: str) -> None:
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} has no weights to {what} yet: "
            "give it an Input, or call it on data first."
        )


def _write(path: Path, overwrite: bool, write: Callable[[IO[bytes]], Any]) -> None:
    if not overwrite and path.exists():
        raise FileExistsError(f"{path} is there already; pass overwrite=True to replace it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_beside(path, write)
        hdf5_probe.remember(path)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        said = f"could not be written ({reason}); what was there is unchanged"
        raise type(problem)(problem.errno, said, str(path)) from problem


def write_hdf5(path: Path, overwrite: bool, write: Callable[[Any], Any]) -> None:
    """Write a whole HDF5 file beside its place and rename it."""
    _write(path, overwrite, lambda file: hdf5.write_file(file, str(path.parent), write))


@contextlib.contextmanager
def opened(filepath: Any) -> Iterator[tuple[IO[bytes], str]]:
    """Open a file and tell its kind; whatever is wrong with it becomes one clear error."""
    path = Path(filepath)
    if path.is_dir():
        raise ValueError(
            f"{path} is a folder without checkpoints; Kerata reads .keras and .h5 files."
        )
    with open_plain(path) as file, _one_error(str(path)):
        start = file.read(8)
        file.seek(0)
        if start[:2] == b"PK":
            yield file, "zip"
        elif start == b"\x89HDF\r\n\x1a\n":
            yield file, "hdf5"
        else:
            raise ValueError("it is neither a .keras nor an HDF5 file, or its start is damaged")


@contextlib.contextmanager
def _one_error(what: str) -> Iterator[None]:
    try:
        yield
    except ImportError:
        raise
    except Exception as problem:
        if isinstance(problem, OSError) and disk_failed(problem):
            reason = problem.strerror or str(problem)
            said = f"could not be read, which writes temporary files, or the disk fails ({reason})"
            raise type(problem)(problem.errno, said, what) from problem
        # Damage shows in any way: as wrong sizes, missing names, numbers in place of text.
        said = str(problem) if isinstance(problem, ValueError) else ""
        reason = said or f"it is damaged ({type(problem).__name__}: {problem})"
        message = printable(reason).rstrip(".")
        raise ValueError(f"{what} can't be loaded: {message}.") from problem
