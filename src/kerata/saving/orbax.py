"""Models in the folders of Orbax, with the parts that Keras 3 puts there."""

from __future__ import annotations

import contextlib
import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from kerata.base.json_text import read_json_text
from kerata.base.messages import warn
from kerata.base.variable import Variable, limited_size
from kerata.saving.archive import most_numbers
from kerata.saving.assets import read_assets, write_assets
from kerata.saving.structure import compile_from, model_config, model_from
from kerata.utils.orbax import load_orbax

_WEIGHTS = ("trainable_variables", "non_trainable_variables")
_MARKS = {"orbax.checkpoint", "pytree.orbax-checkpoint", "_CHECKPOINT_METADATA", "pytree"}
_SEEDS = "seed_generator_state"


def is_checkpoint(path: Path) -> bool:
    """Say whether a folder is a checkpoint, or holds numbered ones."""
    return path.is_dir() and any(p.name in _MARKS or _numbered(p) for p in path.iterdir())


def _numbered(path: Path) -> bool:
    return path.name.isdecimal() and path.is_dir()


def parts_of(model: Any, weights_only: bool) -> dict[str, Any]:
    """Give what a checkpoint holds: copies of the state, the structure, layers' own files."""
    # Training goes on in the same buffers while files are written.
    tree = jax.tree.map(jnp.copy, model.get_state_tree())
    if weights_only:
        return {"pytree": {kind: tree[kind] for kind in _WEIGHTS}}
    parts = {"pytree": tree, "model_config": {"config": json.dumps(model_config(model))}}
    files: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for place in write_assets(Path(folder), model):
            *above, name = place.strip("/").split("/")
            part = files
            for step in above:
                part = part.setdefault(step, {})
            part[name] = np.frombuffer(Path(folder, place).read_bytes(), np.uint8)
    return {**parts, "assets": files} if files else parts


def read_model(path: Path, compile: bool) -> Any:
    """Build a model from a checkpoint, or from the latest in a folder.

    Raises:
        ValueError: a checkpoint of weights alone, or one that is not as it should be.
    """
    checkpoint = _latest(path)
    orbax = load_orbax()
    most = most_numbers(sum(p.stat().st_size for p in checkpoint.rglob("*") if p.is_file()))
    with _whole("list of parts"):
        known = orbax.checkpointables_metadata(checkpoint).metadata
    if "model_config" not in known:
        raise ValueError(
            "it holds weights alone (save_weights_only=True); build the model and call its "
            "load_weights()"
        )
    with _whole("model_config"):
        text = orbax.load_checkpointables(checkpoint, {"model_config": None})["model_config"][
            "config"
        ]
    config = read_json_text(text, "its model_config")
    with limited_size(most):
        model = model_from(config)
        if compile and config.get("compile_config"):
            compile_from(model, config["compile_config"])
    read_weights(model, checkpoint)
    if "assets" in known:
        if sum(math.prod(x.shape) for _, x in _flat(known["assets"])) > most:
            raise ValueError("its assets are larger than the folder")
        with _whole("assets"):
            loaded = orbax.load_checkpointables(checkpoint, {"assets": None})["assets"]
        files = {place: np.asarray(x, np.uint8).tobytes() for place, x in _flat(loaded)}
        read_assets(
            model,
            lambda p: [f for f in files if f.rpartition("/")[0] == p],
            lambda name: files[name],
        )
    return model


def read_weights(model: Any, path: Path) -> None:
    """Read the state of a built model from a checkpoint, or from the latest in a folder.

    A model from a config has shorter paths than the one it was made from, so that the end of a
    path is enough where it is the only one.

    Raises:
        ValueError: weights that don't fit; the model stays as it was.
    """
    orbax = load_orbax()
    checkpoint = _latest(path)
    with _whole("pytree"):
        known = orbax.pytree_metadata(checkpoint, checkpointable_name="pytree").metadata
        shapes = {p: x for kind in _WEIGHTS for p, x in _flat(known.get(kind) or {})}
    weights = [*model.trainable_variables, *model.non_trainable_variables]
    places = {id(v): _place(v, shapes) for v in weights if not v.path.endswith(_SEEDS)}
    surplus = {p for p in shapes if not p.endswith(_SEEDS)} - set(places.values())
    if surplus or len(set(places.values())) < len(places):
        at = min(surplus) if surplus else "one path for several weights"
        raise ValueError(f"it does not fit model {model.name!r}: it has {at!r}")
    wanted = [(v, places[id(v)]) for v in weights if id(v) in places]
    state = dict(_flat(known.get("optimizer_variables") or {}))
    wanted += _of_optimizer(model, places, state)
    one = jax.sharding.SingleDeviceSharding(jax.local_devices()[0])
    abstract = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=one),
        known,
        is_leaf=lambda x: hasattr(x, "shape"),
    )
    with _whole("pytree"):
        loaded = orbax.load_checkpointables(checkpoint, {"pytree": abstract})["pytree"]
    values = {p: x for kind in loaded for p, x in _flat(loaded[kind]) if "metrics" not in kind}
    for variable, place in wanted:
        variable.assign(np.asarray(values[place]))


def _place(variable: Variable, shapes: Mapping[str, Any]) -> str:
    path = variable.path
    ends = [p for p in shapes if p.endswith("/" + path) or path.endswith("/" + p)]
    found = [path] if path in shapes else ends
    if len(found) != 1:
        raise ValueError(
            f"it has {'several weights' if found else 'no weight'} for {path!r}: "
            f"{', '.join(map(repr, found)) or 'its weights are ' + ', '.join([*shapes][:5])}"
        )
    if tuple(shapes[found[0]].shape) != variable.shape:
        raise ValueError(
            f"{path!r} has shape {variable.shape}, the checkpoint's {found[0]!r} has "
            f"{tuple(shapes[found[0]].shape)}"
        )
    return found[0]


def _of_optimizer(
    model: Any, places: Mapping[int, str], state: Mapping[str, Any]
) -> list[tuple[Variable, str]]:
    """Pair the optimizer's variables with those stored, whose names contain those of weights."""
    optimizer = model.optimizer
    if optimizer is None or not state:
        return []
    if not optimizer.built:
        optimizer.build(model.trainable_variables)
    found = []
    for variable in optimizer.variables:
        place, weight = variable.path, variable.belongs_to
        if weight is not None and id(weight) in places:
            own, stored = (p.replace("/", "_") for p in (weight.path, places[id(weight)]))
            head, _, name = place.rpartition("/")
            place = f"{head}/{stored}{name.removeprefix(own)}"
        if place not in state or tuple(state[place].shape) != variable.shape:
            warn(
                f"The state of optimizer {optimizer.name!r} is left as it is: the checkpoint has "
                f"no {place!r} of shape {variable.shape}.",
                stacklevel=5,
            )
            return []
        found.append((variable, place))
    return found


@contextlib.contextmanager
def _whole(part: str) -> Iterator[None]:
    """Turn what Orbax says about missing and damaged files, long and of any class, into one."""
    try:
        yield
    except Exception as problem:
        raise ValueError(
            f"its {part} can't be read, because files in the folder are missing or damaged"
        ) from problem


def _latest(path: Path) -> Path:
    numbered = [p for p in path.iterdir() if _numbered(p)]
    whole = [p for p in numbered if (p / "pytree").is_dir()]
    if numbered and not whole:
        raise ValueError("none of its checkpoints is whole")
    chosen = max(whole, key=lambda p: int(p.name)) if whole else path
    return chosen.absolute()


def _flat(tree: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}/")
        else:
            yield f"{above}{name}", value
