"""Write the fitted encoder as ONNX with whole-number weights, which onnxruntime runs without PyTorch.

One turn is read at a time: nothing is padded, and what is read of a turn is the same alone or beside others. Weights
have 7 bits, a scale for each column: with 8, sums of older processors saturate, and they would read otherwise.
Activations are made whole numbers where they are multiplied, by a scale of the turn.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET, IR, CONTRIB = 17, 8, "com.microsoft"
MOST_WEIGHT, MOST_PIECE = 63, 127
POSITIONS = 96
"""Positions that are kept: a turn is read with its neighbours in at most 94 pieces."""
HEADS, LAYERS, EPSILON = 12, 6, 1e-12

Floats = NDArray[np.float32]


class Graph:
    """A graph of ONNX while it is written."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def hold(self, name: str, values: NDArray[np.generic]) -> str:
        """Keep weights; return their name."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        """Add a node; return the name of its output."""
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, domain=domain, **attributes))
        return name

    def times(self, states: str, name: str, weights: Floats, bias: Floats) -> str:
        """Multiply by weights of shape (inputs, outputs) in whole numbers, and add a bias."""
        scale = np.maximum(np.abs(weights).max(axis=0), 1e-9).astype(np.float32) / MOST_WEIGHT
        whole = np.rint(weights / scale).astype(np.int8)
        held = [self.hold(f"{name}.weight", whole), self.hold(f"{name}.scale", scale)]
        held += [self.hold(f"{name}.zero", np.zeros(len(scale), np.int8)), self.hold(f"{name}.bias", bias)]
        return self.add("DynamicQuantizeMatMul", states, *held, domain=CONTRIB)

    def normed(self, states: str, added: str, name: str, fitted: Mapping[str, Floats]) -> str:
        """Add what a layer found to the states, and normalise."""
        gamma, beta = (self.hold(f"{name}.{part}", fitted[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.add("SkipLayerNormalization", states, added, gamma, beta, domain=CONTRIB, epsilon=EPSILON)


def export(fitted: Mapping[str, Floats], file: Path) -> None:
    """Write the network of ``bench.reader.network`` with these weights.

    Inputs: ``pieces`` and ``sides``, shape (1, length), and ``own``, the turn's own pieces and one, shape (1,).
    Output: ``logits``, shape (1, acts).
    """
    graph = Graph()
    states = _embedded(graph, fitted)
    for number in range(LAYERS):
        states = _layer(graph, states, f"layers.{number}", fitted)
    _acts(graph, states, fitted)
    ints = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "length"]) for name in ("pieces", "sides")]
    inputs = [*ints, helper.make_tensor_value_info("own", TensorProto.INT64, [1])]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "acts"])]
    made = helper.make_graph(graph.nodes, "reader", inputs, outputs, graph.weights)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    model = helper.make_model(made, opset_imports=opsets, producer_name="auscult", ir_version=IR)
    file.write_bytes(model.SerializeToString(deterministic=True))


def _embedded(graph: Graph, fitted: Mapping[str, Floats]) -> str:
    """Add up the vectors of pieces, positions and sides, and normalise."""
    table = fitted["pieces.weight"]
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-9).astype(np.float32) / MOST_PIECE
    whole, scales = (
        graph.hold("pieces.weight", np.rint(table / scale).astype(np.int8)),
        graph.hold("pieces.scale", scale),
    )
    rows = graph.add("Cast", graph.add("Gather", whole, "pieces"), to=TensorProto.FLOAT)
    of_pieces = graph.add("Mul", rows, graph.add("Gather", scales, "pieces"))
    positions = graph.hold("positions", fitted["positions.weight"][None, :POSITIONS])
    ends = [graph.hold("none", np.array([0])), graph.add("Slice", graph.add("Shape", "pieces"), *_of_shape(graph))]
    of_positions = graph.add("Slice", positions, *ends, graph.hold("axis", np.array([1])))
    of_sides = graph.add("Gather", graph.hold("sides.weight", fitted["sides.weight"]), "sides")
    return graph.normed(graph.add("Add", of_pieces, of_positions), of_sides, "norm", fitted)


def _of_shape(graph: Graph) -> tuple[str, str]:
    """Return from where to where a shape has its second number."""
    return graph.hold("one", np.array([1])), graph.hold("two", np.array([2]))


def _layer(graph: Graph, states: str, name: str, fitted: Mapping[str, Floats]) -> str:
    def times(of: str, part: str) -> str:
        return graph.times(of, f"{name}.{part}", fitted[f"{name}.{part}.weight"].T, fitted[f"{name}.{part}.bias"])

    parts = times(states, "qkv")
    names = [f"{name}.{part}" for part in ("query", "key", "value")]
    graph.nodes.append(helper.make_node("Split", [parts], names, f"{name}.split", axis=2))
    found = graph.add("MultiHeadAttention", *names, domain=CONTRIB, num_heads=HEADS)
    states = graph.normed(times(found, "out"), states, f"{name}.norm_out", fitted)
    inner = graph.add("Gelu", times(states, "up"), domain=CONTRIB)
    return graph.normed(times(inner, "down"), states, f"{name}.norm_down", fitted)


def _acts(graph: Graph, states: str, fitted: Mapping[str, Floats]) -> None:
    """Multiply the first piece's state and the mean of the turn's own; ``own`` ends them."""
    axis = "axis"
    first = graph.add("Squeeze", graph.add("Slice", states, "none", "one", axis), axis)
    own = graph.add("Slice", states, "one", "own", axis)
    both = graph.add("Concat", first, graph.add("ReduceMean", own, axes=[1], keepdims=0), axis=1)
    weights = [graph.hold(f"acts.{part}", fitted[f"acts.{part}"]) for part in ("weight", "bias")]
    graph.nodes.append(helper.make_node("Gemm", [both, *weights], ["logits"], "logits", transB=1))
