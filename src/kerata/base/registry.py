"""Names for objects: lookup by string, and configs that only name what is registered.

Nothing here imports a module by name or runs stored code: a config can only reach
classes of this library, classes registered with ``register_keras_serializable`` and
what the caller passes in ``custom_objects``.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jax
import ml_dtypes
import numpy as np

from kerata.base import families, shared_objects
from kerata.base.custom_objects import (
    custom_object_scope,
    find_custom,
    get_registered_name,
    get_registered_object,
)
from kerata.base.messages import did_you_mean
from kerata.base.naming import to_snake_case

_namespaces: dict[str, Namespace] = {}
# Where functions are looked for that a config names without their module, in Keras's order.
_MODULES_OF_FUNCTIONS = ("kerata.activations", "kerata.losses", "kerata.metrics")


class Namespace:
    """The named objects of one public module, such as ``kerata.activations``.

    Arguments:
        module: Keras's name of the module, ``'keras.activations'``.
        kind: what one object is called in messages, ``'activation'``.
        instantiate: whether a class that is found by name is called without arguments.
    """

    def __init__(self, module: str, kind: str, instantiate: bool = True) -> None:
        self.module = module
        self.kind = kind
        self.instantiate = instantiate
        # Two floors may add to one public module.
        earlier = _namespaces.get(module)
        self.objects: dict[str, Any] = {} if earlier is None else earlier.objects
        _namespaces[module] = self

    @property
    def _article(self) -> str:
        return "an" if self.kind[0] in "aeiou" else "a"

    def add(self, obj: Any, *aliases: str) -> None:
        """Make an object known by its own name, its snake-case name and aliases."""
        for name in (obj.__name__, to_snake_case(obj.__name__), *aliases):
            self.objects.setdefault(name, obj)

    def publish(
        self,
        package: Mapping[str, Any],
        *,
        only: Callable[[Any], bool] = callable,
        also: Mapping[Any, tuple[str, ...]] | None = None,
    ) -> list[str]:
        """Make known what a package imports from its files; give its public names.

        Functions come first: their names must not be taken by classes' names in snake case.

        Arguments:
            package: ``globals()`` of the package, at the end of its ``__init__``.
            only: chooses what can be found by name.
            also: further names of some objects.

        Returns:
            Names of all public classes and functions, for ``__all__``.
        """
        public = {n: v for n, v in package.items() if n[0] != "_" and _is_ours(v)}
        objects = {n: v for n, v in public.items() if v.__module__ != package["__name__"]}
        for name, obj in sorted(objects.items(), key=lambda item: inspect.isclass(item[1])):
            if only(obj):
                self.add(obj, name, *(also or {}).get(obj, ()))
        return sorted(public)

    def lookup(self, name: str) -> Any:
        """Find an object by name, custom objects first.

        Raises:
            ValueError: if there is none, with the names that come close.
        """
        found = find_custom(name)
        if found is None:
            found = self.objects.get(name)
        if found is None:
            found = self.objects.get(name.lower())
        if found is None:
            raise ValueError(
                f"Unknown {self.kind} {name!r}. {did_you_mean(name, self.objects)} "
                f"An object of your own can be passed itself, without quotes."
            )
        return found

    def get(self, identifier: Any) -> Any:
        """Turn a name, config, class, function or object into an object.

        Raises:
            ValueError: unknown name.
            TypeError: something that is none of these.
        """
        if identifier is None:
            return None
        if isinstance(identifier, Mapping) and "class_name" not in identifier:
            raise ValueError(
                f"A config of {self._article} {self.kind} needs a 'class_name', got {identifier!r}."
            )
        if isinstance(identifier, Mapping):
            return deserialize(dict(identifier), namespace=self)
        found = self.lookup(identifier) if isinstance(identifier, str) else identifier
        if inspect.isclass(found):
            return found() if self.instantiate else found
        if callable(found):
            return found
        raise TypeError(
            f"Expected {self._article} {self.kind} (its name, an object or a function), "
            f"got {identifier!r} of type {type(identifier).__name__}."
        )


def namespace_of(module: str) -> Namespace:
    """Give the named objects of a public module, ``'keras.initializers'``."""
    if module not in _namespaces:
        families.import_all()
    return _namespaces[module]


class ConfigError(ValueError, TypeError):
    """A config from which the class that it names can't be made."""


def serialize(obj: Any, by_name: bool = True) -> Any:
    """Write an object as plain values in the layout of Keras 3's configs.

    Numbers, strings, lists and dictionaries stay; arrays become nested lists; objects
    with ``get_config`` become ``{module, class_name, config, registered_name}``.

    Arguments:
        obj: the object.
        by_name: whether a function of this library becomes its name, which those who take
            such functions understand; else a config from which the function comes back.

    Raises:
        TypeError: for anything else.
    """
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (np.generic,)):
        return obj.item()
    if isinstance(obj, (list, tuple)):
        return type(obj)(serialize(x) for x in obj) if type(obj) in (list, tuple) else [*obj]
    if isinstance(obj, Mapping) and not hasattr(obj, "get_config"):
        return {key: serialize(value) for key, value in obj.items()}
    if isinstance(obj, (np.ndarray, jax.Array)):
        return {
            "class_name": "__numpy__",
            "config": {"value": np.asarray(obj).tolist(), "dtype": obj.dtype.name},
        }
    if isinstance(obj, slice):
        return {
            "class_name": "__slice__",
            "config": {"start": obj.start, "stop": obj.stop, "step": obj.step},
        }
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode()}}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if hasattr(obj, "get_config") and not inspect.isclass(obj):
        cls = type(obj)
        module, known = _home(cls)
        config = {
            "module": module,
            "class_name": cls.__name__,
            "config": obj.get_config(),
            "registered_name": None if known else get_registered_name(cls),
        }
        # A layer is built again where it is read, before others call it: the paths of its
        # weights start with its own name then.
        shapes = obj.get_build_config() if hasattr(obj, "get_build_config") else None
        if shapes is not None:
            config["build_config"] = serialize(shapes)
        return shared_objects.note(obj, config)
    if callable(obj) and hasattr(obj, "__name__"):
        module, known = _home(obj)
        if known and by_name:
            return obj.__name__
        if known:
            name = obj.__name__
            named = {"class_name": "function", "config": name, "registered_name": name}
            return {"module": module, **named}
        return {
            "module": "builtins",
            "class_name": "function",
            "config": get_registered_name(obj),
            "registered_name": get_registered_name(obj),
        }
    raise TypeError(f"Can't write {obj!r} of type {type(obj).__name__} as a config.")


def serialize_keras_object(obj: Any) -> Any:
    """Write an object as plain values in the layout of Keras 3's configs.

    Arguments:
        obj: a number, text, array, function, an object with ``get_config``, or lists, tuples and
            dictionaries of such.

    Returns:
        Numbers and texts as they are, a dictionary with ``class_name`` and ``config`` for others.

    Raises:
        TypeError: for anything else; a class, which names no object.

    >>> serialize_keras_object(slice(1, 3))["class_name"]
    '__slice__'
    """
    if inspect.isclass(obj):
        raise TypeError(f"Can't write the class {obj.__name__} as a config: write an object of it.")
    if type(obj) in (list, tuple):
        return type(obj)(map(serialize_keras_object, obj))
    if isinstance(obj, Mapping) and not hasattr(obj, "get_config"):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if inspect.isfunction(obj) and _is_ours(obj):
        kind = {"class_name": "function", "config": obj.__name__}
        return {"module": "builtins", **kind, "registered_name": "function"}
    return serialize(obj)


def deserialize_keras_object(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    safe_mode: bool = True,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Rebuild an object from ``serialize_keras_object``'s output.

    Arguments:
        config: what ``serialize_keras_object`` gave; plain values come back as they are.
        custom_objects: classes and functions of the caller's, by name.
        safe_mode: only True is possible.
        module_objects: further classes and functions by name, looked at last.

    Raises:
        ValueError: a class or function that is neither ours, registered nor passed;
            ``safe_mode=False``.

    >>> deserialize_keras_object({"class_name": "__tuple__", "items": [1, 2]})
    (1, 2)
    """
    check_safe_mode(safe_mode)
    if isinstance(config, str) and module_objects is not None:
        return get_registered_object(config, custom_objects, module_objects)
    return deserialize(config, {**(module_objects or {}), **(custom_objects or {})})


def check_safe_mode(safe_mode: bool | None) -> None:
    """Refuse to run code from a config.

    Raises:
        ValueError: ``safe_mode`` is False.
    """
    if safe_mode is not None and not safe_mode:
        raise ValueError(
            "safe_mode=False would run code from the file, which Kerata never does. "
            "Pass functions of yours in custom_objects={...}."
        )


def deserialize(
    config: Any,
    custom_objects: Mapping[str, Any] | None = None,
    namespace: Namespace | None = None,
) -> Any:
    """Rebuild an object from ``serialize``'s output.

    Arguments:
        config: what ``serialize`` gave; plain values come back as they are.
        custom_objects: classes and functions of the caller's, by name.
        namespace: where bare class names are looked up first.

    Raises:
        ValueError: a class or function that is neither ours, registered nor passed.
    """
    if custom_objects:
        with custom_object_scope(custom_objects):
            return deserialize(config, None, namespace)
    if isinstance(config, (list, tuple)):
        return type(config)(deserialize(x) for x in config)
    if isinstance(config, str) and namespace is not None:
        return namespace.get(config)
    if not isinstance(config, Mapping):
        return config
    if "class_name" not in config:
        return {key: deserialize(value) for key, value in config.items()}
    name: str = config["class_name"]
    inner: Any = config.get("config")
    if name == "__numpy__":
        return _array(inner)
    if name == "__tuple__":
        return tuple(deserialize(x) for x in config["items"])
    if name == "__slice__":
        return slice(*(deserialize(inner[k]) for k in ("start", "stop", "step")))
    if name == "__bytes__":
        return str(inner["value"]).encode()
    if name == "__ellipsis__":
        return Ellipsis
    if name == "function":
        found = find_custom(config.get("registered_name") or inner) or find_custom(inner)
        home = _namespaces.get(str(config.get("module") or ""))
        if found is None and home is not None and isinstance(inner, str):
            found = home.objects.get(inner)
        if found is None and config.get("module") == "builtins":
            found = _own_function(inner)
        if found is None:
            raise ValueError(
                f"The config names the function {inner!r}, which is not registered. "
                "Pass it in custom_objects={...}; code stored in files is never run."
            )
        return found
    shared = shared_objects.find(config)
    if shared is not None:
        return shared
    found = _find_class(config, namespace)
    inner = {} if inner is None else inner
    with naming(f"The class {name!r}", "be made from its config"):
        obj = found.from_config(inner) if hasattr(found, "from_config") else found(**inner)
        if config.get("build_config") and hasattr(obj, "build_from_config"):
            obj.build_from_config(config["build_config"])
    return shared_objects.keep(config, obj)


def _own_function(name: Any) -> Any:
    """Find a function of this library that a config names without its module, as Keras does."""
    families.import_all()
    for module in _MODULES_OF_FUNCTIONS:
        public = vars(sys.modules[module])
        if name in public["__all__"] and inspect.isfunction(public[name]):
            return public[name]
    return None


def _is_ours(obj: Any) -> bool:
    named = inspect.isclass(obj) or inspect.isfunction(obj)
    return named and obj.__module__.partition(".")[0] == "kerata"


@contextlib.contextmanager
def naming(who: str, what: str) -> Iterator[None]:
    """Say who failed at what, where an error of the user's code or of a config passes."""
    try:
        yield
    except (ValueError, MemoryError, RecursionError, ImportError):
        raise
    except Exception as problem:
        message = f"{who} can't {what}: {type(problem).__name__}: {problem}"
        raise ConfigError(message) from problem


def _array(stored: Mapping[str, Any]) -> np.ndarray:
    """Make an array of numbers, truth values or texts; only those have a bounded size."""
    array = np.asarray(stored["value"])
    name = str(stored["dtype"])
    if array.dtype.kind in "US" and name.startswith(("str", "bytes", "<U", "|S")):
        return array
    dtype = np.dtype(getattr(ml_dtypes, name, name))
    if dtype.itemsize > np.dtype("complex128").itemsize or dtype.kind in "OSU":
        raise ValueError(f"The config has an array of the type {name!r}, which is refused.")
    return array.astype(dtype)


def _home(obj: Any) -> tuple[str, bool]:
    """Give Keras's module name of an object and whether it is one of this library's own."""
    for module, namespace in _namespaces.items():
        if namespace.objects.get(obj.__name__) is obj:
            return module, True
    return str(getattr(obj, "__module__", "")), False


def _find_class(config: Mapping[str, Any], namespace: Namespace | None) -> Any:
    name, registered = config["class_name"], config.get("registered_name")
    found = (registered and find_custom(registered)) or find_custom(name)
    if found is not None:
        return found
    module = str(config.get("module") or "")
    places = [namespace, _namespaces.get(module)]
    if not module or module.startswith("keras"):
        places += _namespaces.values()
    for place in places:
        if place is not None and name in place.objects:
            return place.objects[name]
    if families.import_all():
        return _find_class(config, namespace)
    raise ValueError(
        f"The config names the class {name!r}"
        f"{f' of module {module!r}' if module else ''}, which is neither Kerata's nor registered. "
        "Pass it in custom_objects={...} or register it with "
        "@keras.saving.register_keras_serializable()."
    )
