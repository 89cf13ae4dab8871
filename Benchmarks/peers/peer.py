"""One side of a comparison: builds what it is asked for, runs a turn of steps, answers, and waits.

A request is a line of JSON: {"sizes": {...}, "steps": n, "warm": w}. The answer is one too: the milliseconds of each of the
n steps, the loss of the first step, the number of parameters, and what computes."""
import gc, json, sys, time

import torch


class Work:
    """A step to repeat, the numbers it works on, whether it gives a loss, and whether a turn is told as its mean."""

    def __init__(self, step, parameters=(), has_loss=False, averaged=False):
        self.step, self.has_loss, self.averaged = step, has_loss, averaged
        self.parameters = sum(p.numel() for p in parameters)
        self.first = None

    def turn(self, steps, warm):
        times = []
        for index in range(warm + steps):
            start = time.perf_counter()
            result = self.step()
            end = time.perf_counter()
            if self.has_loss and self.first is None:
                self.first = float(result.detach())
            if index >= warm:
                times.append((end - start) * 1e3)
        return [sum(times) / steps] if self.averaged else times


def serve(build):
    """Answers requests until there are no more. `build` makes a Work from sizes."""
    torch.set_num_threads(int(sys.argv[1]))
    known, work = None, None
    for line in sys.stdin:
        request = json.loads(line)
        if request["sizes"] != known:
            work = None  # before the next one is built
            gc.collect()
            torch.manual_seed(0)
            known, work = request["sizes"], build(type("Sizes", (), request["sizes"]))
        times = work.turn(request["steps"], request["warm"])
        print(json.dumps({
            "milliseconds": times, "loss": work.first, "parameters": work.parameters,
            "program": "PyTorch " + torch.__version__, "threads": torch.get_num_threads(),
        }), flush=True)


def training(model, loss, optimiser):
    """A training step: `loss()` gives what is to be made smaller."""
    def step():
        optimiser.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        optimiser.step()
        return value
    return Work(step, model.parameters(), has_loss=True)


def inference(model, *inputs):
    """A forward run. In place of a loss stands the sum of the squares of what it gives."""
    def step():
        with torch.inference_mode():
            return model(*inputs)
    work = Work(step, model.parameters())
    work.first = float(step().square().sum())
    return work
