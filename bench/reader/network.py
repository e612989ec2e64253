"""The encoder while it is fitted: MiniLM (six layers of BERT) with one linear layer over acts, in PyTorch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, LAYERS = 384, 12, 1_536, 6
PIECES, POSITIONS, SIDES = 30_522, 512, 2
EPSILON = 1e-12
DROPOUT = 0.1


class Layer(nn.Module):
    """One layer of BERT."""

    def __init__(self) -> None:
        """Begin with the weights that PyTorch draws."""
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm_out = nn.LayerNorm(WIDTH, EPSILON)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm_down = nn.LayerNorm(WIDTH, EPSILON)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return the next states, shape (turns, pieces, width)."""
        turns, pieces, _ = states.shape
        parts = self.qkv(states).view(turns, pieces, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        found = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        joined = found.transpose(1, 2).reshape(turns, pieces, WIDTH)
        states = self.norm_out(states + self.drop(self.out(joined)))
        return self.norm_down(states + self.drop(self.down(functional.gelu(self.up(states)))))


class Encoder(nn.Module):
    """Logits of acts from pieces: the first piece's state and the mean of the turn's own into one linear layer."""

    def __init__(self, acts: int) -> None:
        """Begin with the weights that PyTorch draws, for this number of acts."""
        super().__init__()
        self.pieces = nn.Embedding(PIECES, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.sides = nn.Embedding(SIDES, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.drop = nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.acts = nn.Linear(2 * WIDTH, acts)

    def forward(self, pieces: Tensor, sides: Tensor, there: Tensor, own: Tensor) -> Tensor:
        """Return logits, shape (turns, acts); ``there`` marks pieces, ``own`` the share of each in the mean."""
        positions = self.positions.weight[: pieces.shape[1]]
        states = self.drop(self.norm(self.pieces(pieces) + positions + self.sides(sides)))
        mask = there[:, None, None, :]
        for layer in self.layers:
            states = layer(states, mask)
        mean = (states * own[:, :, None]).sum(1)
        return self.acts(self.drop(torch.cat([states[:, 0], mean], 1)))


def from_minilm(folder: Path, acts: int) -> Encoder:
    """Return an encoder that begins with the weights of all-MiniLM-L6-v2; the layer over acts begins at nothing."""
    held = load_file(folder / "model.safetensors")
    held = {name.removeprefix("bert."): values for name, values in held.items()}
    network = Encoder(acts)
    state: dict[str, Any] = {
        "pieces.weight": held["embeddings.word_embeddings.weight"],
        "positions.weight": held["embeddings.position_embeddings.weight"],
        "sides.weight": held["embeddings.token_type_embeddings.weight"],
        "acts.weight": network.acts.weight.detach() * 0.1,
        "acts.bias": torch.full((acts,), -2.0),
    }
    state |= _both(held, "embeddings.LayerNorm", "norm")
    for number in range(LAYERS):
        state |= _layer(held, f"encoder.layer.{number}", f"layers.{number}")
    network.load_state_dict(state)
    return network


def _layer(held: Mapping[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    of = f"{old}.attention.self"
    return {
        f"{new}.qkv.weight": torch.cat([held[f"{of}.{part}.weight"] for part in ("query", "key", "value")]),
        f"{new}.qkv.bias": torch.cat([held[f"{of}.{part}.bias"] for part in ("query", "key", "value")]),
        **_both(held, f"{old}.attention.output.dense", f"{new}.out"),
        **_both(held, f"{old}.attention.output.LayerNorm", f"{new}.norm_out"),
        **_both(held, f"{old}.intermediate.dense", f"{new}.up"),
        **_both(held, f"{old}.output.dense", f"{new}.down"),
        **_both(held, f"{old}.output.LayerNorm", f"{new}.norm_down"),
    }


def _both(held: Mapping[str, Tensor], old: str, new: str) -> dict[str, Tensor]:
    return {f"{new}.{part}": held[f"{old}.{part}"] for part in ("weight", "bias")}
