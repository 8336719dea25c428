"""Named values of a program, in one object."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from kerata.base.messages import did_you_mean


class Config:
    """A dictionary whose entries are attributes too, and which can be frozen.

    Arguments:
        **kwargs: the first entries, of any type; ``to_json`` wants what JSON has.

    Raises:
        ValueError: a change after ``freeze``.
        AttributeError: an entry that isn't there, with a suggestion.

    >>> config = Config(rate=0.1)
    >>> config.seed = 3
    >>> config["rate"], config.seed, config.to_json()
    (0.1, 3, '{"rate": 0.1, "seed": 3}')
    """

    def __init__(self, **kwargs: Any) -> None:
        self.__dict__.update(_config=kwargs, _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether changes are refused."""
        return self._frozen

    def freeze(self) -> None:
        """Refuse changes from here on."""
        self.__dict__["_frozen"] = True

    def unfreeze(self) -> None:
        """Allow changes again."""
        self.__dict__["_frozen"] = False

    def as_dict(self) -> dict[str, Any]:
        """Give the entries as a dictionary of their own."""
        return dict(self._config)

    def to_json(self) -> str:
        """Give the entries as JSON."""
        return json.dumps(self._config)

    def keys(self) -> KeysView[str]:
        """Give the names."""
        return self._config.keys()

    def values(self) -> ValuesView[Any]:
        """Give the values."""
        return self._config.values()

    def items(self) -> ItemsView[str, Any]:
        """Give pairs of name and value."""
        return self._config.items()

    def pop(self, *args: Any) -> Any:
        """Take an entry out and give its value; a second argument is the value if there is none."""
        return self._open().pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Take over the entries of a dictionary or of keywords."""
        self._open().update(*args, **kwargs)

    def get(self, keyname: str, value: Any = None) -> Any:
        """Give an entry, or ``value`` if there is none."""
        return self._config.get(keyname, value)

    def _open(self) -> dict[str, Any]:
        if self._frozen:
            raise ValueError("The config is frozen and can't be changed; unfreeze() it first.")
        return self._config

    def __getattr__(self, name: str) -> Any:
        config = self.__dict__.get("_config", {})
        if name in config:
            return config[name]
        raise AttributeError(f"The config has no entry {name!r}. {did_you_mean(name, config)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name) or name in self.__dict__:
            raise AttributeError(
                f"{name!r} is a name of the config's own; choose another one, or use "
                f"config[{name!r}]."
            )
        self._open()[name] = value

    def __getitem__(self, key: str) -> Any:
        return self._config[key]

    def __setitem__(self, key: str, item: Any) -> None:
        self._open()[key] = item

    def __delitem__(self, key: str) -> None:
        del self._open()[key]

    def __contains__(self, item: object) -> bool:
        return item in self._config

    def __iter__(self) -> Iterator[str]:
        """Give the names in alphabetical order."""
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __repr__(self) -> str:
        return f"<Config {self._config}>"
