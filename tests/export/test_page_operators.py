"""The page's evaluator computes what onnxruntime computes, operator by operator."""

import numpy as np
import pytest

from kerata.export.errors import ExportError
from kerata.export.page import as_json
from kerata.export.page.graph import operators

from .page_in_node import in_node, needs_node

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

RNG = np.random.default_rng(0)


def f(*shape):
    return RNG.normal(size=shape).astype("float32")


def i(*values):
    return np.array(values, "int64")


def b(*shape):
    return RNG.random(shape) < 0.5


TEXTS = np.array(["Anna Bell's  cat", "", "ÄRGER und: Lärm", "x:y:z"], object)
ODD = np.array([-1.5, -0.5, 0.5, 1.5, 2.5, np.nan, np.inf, -np.inf, 0.0, 3.0], "float32")
POSITIVE = np.abs(f(3, 4)) + 0.1
MS, ML = "com.microsoft", "ai.onnx.ml"
WORDS = r"[\p{L}\p{N}_]+(?:['’][\p{L}\p{N}_]+)*|[!?]"

# Name, inputs, attributes, outputs and domain of one node each.
CASES = [
    *[(name, [f(2, 3)], {}) for name in ("Abs", "Atan", "Cos", "Sin", "Erf", "Exp", "Neg")],
    *[(name, [ODD], {}) for name in ("Ceil", "Floor", "Round", "Sign", "Relu", "Identity")],
    *[(name, [ODD], {}) for name in ("IsInf", "IsNaN", "Sigmoid", "Tanh", "Softplus")],
    *[(name, [POSITIVE], {}) for name in ("Log", "Sqrt", "Reciprocal")],
    ("Erf", [np.linspace(-7, 7, 57).astype("float32")], {}),
    *[(name, [f(2, 3), f(3)], {}) for name in ("Add", "Sub", "Mul", "Div")],
    ("Add", [f(4, 1, 3), f(2, 1)], {}),
    ("Div", [i(7, -7, 9), i(2, 2, -4)], {}),
    ("Mod", [i(7, -7, 9, -9), i(3, 3, -4, -4)], {}),
    ("Mod", [f(6), f(6)], {"fmod": 1}),
    ("Pow", [POSITIVE, f(4)], {}),
    *[
        (name, [np.array([1, 2, 3, np.nan], "float32"), np.array([1, 3, 2, 1], "float32")], {})
        for name in ("Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Min", "Equal")
    ],
    ("Max", [f(2, 3), f(3), f(2, 1)], {}),
    ("Equal", [TEXTS, np.array(["", "", "x", "x:y:z"], object)], {}),
    *[(name, [b(4, 3), b(3)], {}) for name in ("And", "Or")],
    ("Not", [b(4)], {}),
    ("Where", [b(2, 3), f(3), f(2, 1)], {}),
    ("Where", [b(4), TEXTS, np.array(["-"], object)], {}),
    ("Cast", [ODD[:5]], {"to": 7}),
    ("Cast", [ODD[:9]], {"to": 11}),
    ("Cast", [i(0, 3, -1)], {"to": 9}),
    ("Cast", [np.array(["12", "-3.5", "0"], object)], {"to": 11}),
    ("MatMul", [f(3, 4), f(4, 5)], {}),
    ("MatMul", [f(2, 1, 3, 4), f(5, 4, 2)], {}),
    ("MatMul", [f(2, 3, 4), f(4)], {}),
    *[
        (name, [f(2, 3, 4), i(1, -1)], {"keepdims": keep})
        for name in ("ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd")
        for keep in (0, 1)
    ],
    ("ReduceSum", [f(2, 3)], {}),
    ("ArgMax", [f(3, 5)], {"axis": 1, "keepdims": 0}),
    ("ArgMax", [np.array([[1, 2, 2], [0, 0, 0]], "float32")], {"axis": -1}),
    ("Concat", [f(2, 3), f(2, 1), f(2, 2)], {"axis": 1}),
    ("Concat", [TEXTS[:2], TEXTS[2:]], {"axis": 0}),
    ("Gather", [f(4, 3), np.array([[0, -1], [2, 2]], "int64")], {"axis": 0}),
    ("Gather", [f(2, 4, 3), i(3, 1)], {"axis": 1}),
    ("GatherElements", [f(2, 4), np.array([[0, -1], [2, 2]], "int64")], {"axis": 1}),
    ("Reshape", [f(2, 3, 4), i(0, -1)], {}),
    ("Transpose", [f(2, 3, 4)], {"perm": [2, 0, 1]}),
    ("Transpose", [f(2, 3)], {}),
    ("Squeeze", [f(2, 1, 3, 1), i(1)], {}),
    ("Squeeze", [f(1, 3, 1)], {}),
    ("Unsqueeze", [f(2, 3), i(0, -1)], {}),
    ("Expand", [f(3, 1), i(2, 1, 4)], {}),
    ("Shape", [f(2, 3, 4)], {"start": 1}),
    ("Slice", [f(5, 6), i(1, 5), i(9, 0), i(0, 1), i(2, -2)], {}),
    ("Slice", [f(5, 6), i(-3), i(-1)], {}),
    ("Slice", [f(4), i(-1), i(-9), i(0), i(-1)], {}),
    ("Split", [f(2, 7)], {"axis": 1, "num_outputs": 3}, 3),
    ("Split", [f(2, 7), i(2, 5)], {"axis": 1}, 2),
    ("Pad", [f(2, 3), i(1, 0, 0, 2)], {}),
    ("Pad", [f(3, 4), i(0, -1, 2, 0), np.float32(7)], {}),
    ("Tile", [f(2, 3), i(2, 2)], {}),
    ("Range", [np.int64(2), np.int64(11), np.int64(4)], {}),
    ("CumSum", [f(2, 4), np.int64(1)], {}),
    ("CumSum", [f(3, 2), np.int64(0)], {"exclusive": 1, "reverse": 1}),
    ("Conv", [f(2, 3, 7, 6), f(4, 3, 3, 2), f(4)], {"pads": [1, 0, 1, 1], "strides": [2, 1]}),
    ("Conv", [f(1, 4, 8, 8), f(6, 2, 3, 3)], {"group": 2, "dilations": [2, 2]}),
    ("Conv", [f(2, 3, 9), f(5, 3, 4)], {"strides": [2], "pads": [2, 1]}),
    ("MaxPool", [f(2, 3, 7, 7)], {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 0, 0]}),
    ("MaxPool", [f(1, 2, 8)], {"kernel_shape": [3], "strides": [3], "ceil_mode": 1}),
    ("AveragePool", [f(1, 2, 6, 6)], {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1] * 4}),
    (
        "AveragePool",
        [f(1, 2, 6, 6)],
        {"kernel_shape": [2, 2], "pads": [1] * 4, "count_include_pad": 1},
    ),
    ("StringConcat", [TEXTS, np.array([" "], object)], {}),
    ("StringNormalizer", [TEXTS], {"case_change_action": "LOWER", "locale": "C"}),
    ("StringSplit", [TEXTS], {"delimiter": ":", "maxsplit": 1}, 2),
    ("StringSplit", [TEXTS], {"delimiter": " "}, 2),
    ("StringSplit", [TEXTS], {}, 2),
    ("RegexFullMatch", [np.array(["12", "12a", ""], object)], {"pattern": r"\d{1,2}"}),
    (
        "Tokenizer",
        [TEXTS],
        {"mark": 0, "mincharnum": 1, "pad_value": "", "tokenexp": WORDS},
        1,
        MS,
    ),
    (
        "Tokenizer",
        [np.array(["a<b>c<br />", "d", " "], object)],
        {"mark": 0, "mincharnum": 1, "pad_value": "", "separators": ["<[a-zA-Z/][^<>]{0,40}>"]},
        1,
        MS,
    ),
    (
        "LabelEncoder",
        [TEXTS],
        {"keys_strings": ["", "x:y:z"], "values_int64s": [4, 7], "default_int64": -1},
        1,
        ML,
    ),
    (
        "LabelEncoder",
        [i(0, 1, 5)],
        {"keys_int64s": [0, 1], "values_strings": ["a", "b"], "default_string": "?"},
        1,
        ML,
    ),
    (
        "TfIdfVectorizer",
        [np.array([[1, 2, 3, 1, 2], [2, 2, 1, 9, -1]], "int64")],
        {
            "mode": "TF",
            "min_gram_length": 1,
            "max_gram_length": 2,
            "max_skip_count": 0,
            "ngram_counts": [0, 3],
            "ngram_indexes": [0, 1, 2, 4, 3],
            "pool_int64s": [1, 2, 3, 1, 2, 2, 2],
        },
    ),
]
TYPES = {
    "float32": 1, "int64": 7, "object": 8, "bool": 9, "float64": 11
}  # fmt: skip


def model(name, inputs, attributes, outputs=1, domain=""):
    """Write a graph of one node."""
    helper = onnx.helper
    names = [f"x{place}" for place in range(len(inputs))]
    made = [f"y{place}" for place in range(outputs)]
    node = helper.make_node(name, names, made, domain=domain, **attributes)
    return whole(helper.make_graph([node], "one", declared(names, inputs), unknown(made)))


def declared(names, values):
    return [
        onnx.helper.make_tensor_value_info(n, TYPES[str(np.asarray(v).dtype)], np.shape(v))
        for n, v in zip(names, values, strict=True)
    ]


def unknown(names):
    """Say nothing of outputs but their names, which onnxruntime infers."""
    found = [onnx.ValueInfoProto() for _ in names]
    for one, name in zip(found, names, strict=True):
        one.name = name
    return found


def whole(graph):
    opsets = [onnx.helper.make_opsetid(*one) for one in (("", 20), (ML, 4), (MS, 1))]
    return onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9)


def scan():
    """A running mean of rows, from the last to the first, and its steps."""
    helper = onnx.helper
    f32 = onnx.TensorProto.FLOAT
    body = helper.make_graph(
        [
            helper.make_node("Add", ["state", "row"], ["sum"]),
            helper.make_node("Mul", ["sum", "half"], ["next"]),
            helper.make_node("Identity", ["next"], ["seen"]),
        ],
        "body",
        [helper.make_tensor_value_info(n, f32, [3]) for n in ("state", "row")],
        [helper.make_tensor_value_info(n, f32, [3]) for n in ("next", "seen")],
    )
    node = helper.make_node(
        "Scan",
        ["start", "rows"],
        ["last", "all"],
        body=body,
        num_scan_inputs=1,
        scan_input_directions=[1],
        scan_output_directions=[1],
    )
    inputs = {"start": f(3), "rows": f(4, 3)}
    half = onnx.numpy_helper.from_array(np.float32(0.5).reshape(1), "half")
    graph = helper.make_graph(
        [node],
        "scan",
        declared(list(inputs), list(inputs.values())),
        [
            helper.make_tensor_value_info("last", f32, [3]),
            helper.make_tensor_value_info("all", f32, [4, 3]),
        ],
        initializer=[half],
    )
    return whole(graph), inputs


def jobs():
    """Give each case as a graph and its inputs."""
    found = [
        (model(*case), {f"x{place}": value for place, value in enumerate(case[1])})
        for case in CASES
    ]
    return [*found, scan()]


@needs_node
def test_each_operator_is_onnxruntimes(tmp_path):
    given = jobs()
    found = in_node(tmp_path, [(proto, [inputs]) for proto, inputs in given])
    for (proto, inputs), (outputs,) in zip(given, found, strict=True):
        name = proto.graph.node[0].op_type
        session = runtime.InferenceSession(
            proto.SerializeToString(), providers=["CPUExecutionProvider"]
        )
        wanted = session.run(None, {key: np.asarray(value) for key, value in inputs.items()})
        for got, want in zip(outputs, wanted, strict=True):
            want = np.asarray(want)
            assert got.shape == want.shape, name
            if want.dtype.kind in "OU":
                assert got.tolist() == want.tolist(), name
            else:
                np.testing.assert_allclose(
                    got, want.astype(float), rtol=2e-6, atol=2e-6, err_msg=name
                )


def test_every_operator_of_the_evaluator_is_tried():
    assert {case[0] for case in CASES} | {"Scan"} == operators()


def test_what_the_page_lacks_is_named():
    proto = model("TopK", [f(3, 4), i(2)], {}, 2)
    with pytest.raises(ExportError, match=r"can't compute TopK, .* --to onnx"):
        as_json(proto)
