"""NASNet-A (Zoph and others 2017, arXiv:1707.07012)."""

from __future__ import annotations

from typing import Any

from kerata import layers
from kerata.applications.building import COMMON, Architecture, Layers, application, head
from kerata.applications.files import STORE, WeightFile
from kerata.applications.imagenet_utils import decode_predictions, in_mode
from kerata.applications.parts import Parts, channels, halving_borders, sizes
from kerata.base.symbolic import KerasTensor

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]

_parts = Parts(
    conv={"padding": "same", "use_bias": False, "kernel_initializer": "he_normal"},
    norm={"momentum": 0.9997, "epsilon": 1e-3},
)


def _separable(
    x: KerasTensor, filters: int, kernel: int, name: str, stride: int = 1
) -> KerasTensor:
    """Two separable convolutions, each after an activation; the first may have a step of 2."""
    x = _parts.act(x)
    if stride == 2:
        x = layers.ZeroPadding2D(halving_borders(x, kernel), name=f"separable_conv_1_pad_{name}")(x)
    for i in (1, 2):
        x = _parts.act(x) if i == 2 else x
        x = layers.SeparableConv2D(
            filters,
            kernel,
            strides=stride if i == 1 else 1,
            padding="valid" if i == 1 and stride == 2 else "same",
            use_bias=False,
            name=f"separable_conv_{i}_{name}",
        )(x)
        x = _parts.norm(x, f"separable_conv_{i}_bn_{name}")
    return x


def _fitted(p: KerasTensor | None, x: KerasTensor, filters: int, name: str) -> KerasTensor:
    """Bring the output of the cell before last to the size and channels of this cell."""
    if p is None:
        return x
    if sizes(p)[1] != sizes(x)[1]:
        p = _parts.act(p, f"adjust_relu_1_{name}")
        moved = layers.Cropping2D(((1, 0), (1, 0)))
        halves = []
        for i, q in ((1, p), (2, None)):
            q = moved(layers.ZeroPadding2D(((0, 1), (0, 1)))(p)) if q is None else q
            q = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_{i}_{name}")(q)
            halves.append(_parts.conv(q, filters // 2, 1, f"adjust_conv_{i}_{name}"))
        return _parts.norm(_parts.joined(halves), f"adjust_bn_{name}")
    if channels(p) != filters:
        p = _parts.conv(_parts.act(p), filters, 1, f"adjust_conv_projection_{name}")
        return _parts.norm(p, f"adjust_bn_{name}")
    return p


def _entered(x: KerasTensor, filters: int, cell: str, name: str) -> KerasTensor:
    x = _parts.conv(_parts.act(x), filters, 1, f"{cell}_conv_1_{name}")
    return _parts.norm(x, f"{cell}_bn_1_{name}")


def _average(x: KerasTensor, name: str) -> KerasTensor:
    return layers.AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def _normal(x: KerasTensor, p: KerasTensor | None, filters: int, name: str) -> KerasTensor:
    p = _fitted(p, x, filters, name)
    h = _entered(x, filters, "normal", name)

    def added(i: int, left: KerasTensor, right: KerasTensor) -> KerasTensor:
        return layers.Add(name=f"normal_add_{i}_{name}")([left, right])

    joined = [p]
    for i, start in ((1, h), (2, p)):
        left = _separable(start, filters, 5, f"normal_left{i}_{name}")
        right = _separable(p, filters, 3, f"normal_right{i}_{name}")
        joined.append(added(i, left, right))
    joined.append(added(3, _average(h, f"normal_left3_{name}"), p))
    left, right = (_average(p, f"normal_{side}4_{name}") for side in ("left", "right"))
    joined.append(added(4, left, right))
    joined.append(added(5, _separable(h, filters, 3, f"normal_left5_{name}"), h))
    return _parts.joined(joined, f"normal_concat_{name}")


def _smaller(x: KerasTensor, p: KerasTensor | None, filters: int, name: str) -> KerasTensor:
    p = _fitted(p, x, filters, name)
    h = _entered(x, filters, "reduction", name)
    wide = layers.ZeroPadding2D(halving_borders(h, 3), name=f"reduction_pad_1_{name}")(h)

    def separable(start: KerasTensor, kernel: int, place: str, stride: int = 2) -> KerasTensor:
        return _separable(start, filters, kernel, f"reduction_{place}_{name}", stride)

    def pooled(kind: Any, place: str) -> KerasTensor:
        return kind(3, strides=2, padding="valid", name=f"reduction_{place}_{name}")(wide)

    def added(place: str | None, left: KerasTensor, right: KerasTensor) -> KerasTensor:
        return layers.Add(name=place and f"reduction_{place}_{name}")([left, right])

    x1 = added("add_1", separable(h, 5, "left1"), separable(p, 7, "right1"))
    x2 = added("add_2", pooled(layers.MaxPooling2D, "left2"), separable(p, 7, "right2"))
    x3 = added("add3", pooled(layers.AveragePooling2D, "left3"), separable(p, 5, "right3"))
    x4 = added(None, x2, _average(x1, f"reduction_left4_{name}"))
    x5 = separable(x1, 3, "left4", 1)
    x5 = added("add4", x5, pooled(layers.MaxPooling2D, "right5"))
    return _parts.joined([x2, x3, x4, x5], f"reduction_concat_{name}")


def _body(last: int, cells: int, stem: int, skips: bool) -> Layers:
    filters = last // 24

    def body(x: KerasTensor, a: Any) -> KerasTensor:
        x = _parts.conv(x, stem, 3, "stem_conv1", strides=2, padding="valid")
        x = _parts.norm(x, "stem_bn1")
        p = None
        for i, part in ((1, 4), (2, 2)):
            x, p = _smaller(x, p, filters // part, f"stem_{i}"), x
        for stage in range(3):
            here = filters << stage
            if stage:
                name = f"reduce_{stage * cells}"
                after = _smaller(x, p, here, name)
                # The larger network's next cell sees what came before the one before.
                x, p = after, p if skips else x
            for i in range(cells):
                number = stage * cells + i + bool(stage)
                x, p = _normal(x, p, here, f"{number}"), x
        return _parts.act(x)

    return body


def _application(form: str, size: int, body: Layers, weights: str, *hashes: str) -> Any:
    called, name, folder = f"NASNet{form}", f"nasnet_{form.lower()}", f"{STORE}nasnet/"
    files = {
        top: WeightFile(
            *(f"{name}{'' if top else '_no_top'}.h5", digest, folder),
            f"NASNet-{form.lower()}{'' if top else '-no-top'}.h5",
        )
        for top, digest in zip((True, False), hashes, strict=True)
    }
    rest = {k: v for k, v in COMMON.items() if k not in ("input_shape", "name")}
    return application(
        called,
        Architecture(body, size, files, head(pool=None), last_only=True, sized=True),
        f"{called} (Zoph and others 2017, arXiv:1707.07012): {weights} million weights.",
        {"input_shape": None, **rest, "name": name},
    )


NASNetMobile = _application(
    *("Mobile", 224, _body(1056, 4, 32, skips=False), "5.3"),
    *("020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"),
)
NASNetLarge = _application(
    *("Large", 331, _body(4032, 6, 96, skips=True), "89"),
    *("11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"),
)
preprocess_input = in_mode("tf")
