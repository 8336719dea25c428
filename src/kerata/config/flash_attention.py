"""Whether attention layers use the fused program of cuDNN where they can."""

from __future__ import annotations

_enabled: bool | None = None


def enable_flash_attention() -> None:
    """Let attention layers that are made from now on use flash attention where it can be used.

    That is on an NVIDIA GPU, in ``float16`` or ``bfloat16``, without dropout and without the
    scores as a second result; everywhere else they compute the same numbers as before.

    >>> enable_flash_attention()
    >>> is_flash_attention_enabled()
    True
    >>> disable_flash_attention()
    """
    global _enabled
    _enabled = True


def disable_flash_attention() -> None:
    """Let attention layers that are made from now on use XLA's own program.

    >>> disable_flash_attention()
    >>> is_flash_attention_enabled()
    False
    """
    global _enabled
    _enabled = False


def is_flash_attention_enabled() -> bool | None:
    """Say whether flash attention is on; None if nobody has said so or otherwise.

    >>> is_flash_attention_enabled() in (None, False, True)
    True
    """
    return _enabled
