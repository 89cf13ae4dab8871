"""Sequences of random items, and batches of them in turn."""
import torch


class Sequences:
    def __init__(self, sizes, batches=8):
        generator = torch.Generator().manual_seed(0)
        shape = (sizes.batch, sizes.length + 1)
        # Row 0 of the table is the pad, so `items` rows hold one item less.
        self.all = [torch.randint(1, sizes.items, shape, generator=generator) for _ in range(batches)]
        self.turn = -1

    def next(self):
        """The items of each step and those after them, [batch, length] each."""
        self.turn += 1
        chosen = self.all[self.turn % len(self.all)]
        return chosen[:, :-1].contiguous(), chosen[:, 1:].contiguous()
