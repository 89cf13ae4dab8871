"""The cases: what each computes, how large it is, and how near the two sides must be at the start."""
from dataclasses import dataclass, field
from typing import Callable, Optional

import folders


@dataclass(frozen=True)
class Case:
    name: str
    #: Files models/MODEL.pmm and peers/MODEL.py.
    model: str
    sizes: dict
    #: Writes what the own side reads into an empty folder.
    data: Callable = field(compare=False)
    #: How far the first losses of the two sides may be apart, as a share of the peer's; None where there is no loss.
    bound: Optional[float] = 0.01
    #: How far the numbers of parameters may be apart, as a share of the peer's.
    parameters: float = 0.0
    #: Turns of each side, and timed steps in each.
    turns: int = 5
    steps: int = 8
    #: GiB that one peer needs.
    memory: float = 2.0


def micro(name, op, **sizes):
    """A single operation: fifteen turns, each told as the mean of its steps."""
    return Case("micro-" + name, "micro", {"op": op} | sizes, folders.little, bound=0.05, turns=15, steps=20)


SEQUENCES = {"items": 3417, "d": 64, "layers": 2, "heads": 1, "ffn": 256, "length": 50, "batch": 128, "dropout": 0.2}

ALL = [
    Case("sasrec", "sasrec", SEQUENCES | {"loss": "full"}, folders.sequences),
    Case("sasrec-inbatch", "sasrec", SEQUENCES | {"loss": "inbatch"}, folders.sequences),
    Case("sasrec-50k", "sasrec", SEQUENCES | {"loss": "full", "items": 50001}, folders.sequences, turns=5, steps=4, memory=10),
    Case("gru4rec", "gru4rec", {"items": 3417, "d": 100, "length": 50, "batch": 128, "dropout": 0.2}, folders.sequences),
    # Weights of linear layers are normal on one side and uniform on the other, and the losses are far from even.
    Case("pmmrec", "pmmrec", {
        "users": 16, "items_per_user": 10, "d": 128, "heads": 4, "ffn": 512, "vocab": 10000, "tokens": 32, "image": 64,
        "patch": 16, "text_layers": 2, "vision_layers": 2, "user_layers": 2, "dropout": 0.1}, folders.contents, bound=0.2),
    # In place of a loss the sum of the squares of normalised states is compared.
    Case("text-forward", "text", {
        "d": 768, "heads": 12, "ffn": 3072, "layers": 12, "vocab": 50265, "tokens": 50, "shortest": 20, "batch": 32,
        "dropout": 0.1}, folders.titles, steps=4, memory=3),
    Case("vision-forward", "vision", {
        "d": 768, "heads": 12, "ffn": 3072, "layers": 12, "image": 224, "patch": 32, "batch": 8, "dropout": 0.1},
        folders.pictures, steps=5, memory=2),
    Case("ranking", "ranking", {"users": 20000, "items": 50000, "d": 64, "k": 50, "history": 50}, folders.histories, bound=None, steps=4),
    micro("layer-norm-64", "layer_norm", rows=6400, columns=64),
    micro("layer-norm-768", "layer_norm", rows=1600, columns=768),
    micro("softmax", "softmax", rows=384 * 50, columns=50),
    micro("dropout", "dropout", rows=6400, columns=256),
    micro("gelu-256", "gelu", rows=6400, columns=256),
    micro("gelu-3072", "gelu", rows=1600, columns=3072),
    micro("embedding", "embedding", rows=6400, columns=3417, d=64),
    micro("attention", "attention", rows=128, slots=50, d=64, dropout=0.2),
    micro("linear-768", "linear", rows=400, columns=768, d=768),
    micro("linear-3072", "linear", rows=400, columns=3072, d=768),
    micro("cross-entropy", "cross_entropy", rows=6400, columns=3417),
    micro("linear-cross-entropy", "linear_cross_entropy", rows=6400, columns=3417, d=64),
]
BY_NAME = {case.name: case for case in ALL}
#: Cases that one word asks for.
MICRO = [name for name in BY_NAME if name.startswith("micro-")]
GROUPS = {"all": list(BY_NAME), "models": [name for name in BY_NAME if name not in MICRO], "micro": MICRO}
