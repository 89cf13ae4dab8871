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
]
BY_NAME = {case.name: case for case in ALL}
