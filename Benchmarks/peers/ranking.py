"""Ranking all items for all users: products of vectors block by block, the users' own items left out, the best of each."""
import torch
import peer

BLOCK = 256


def build(s):
    generator = torch.Generator().manual_seed(0)
    users = torch.randn(s.users, s.d, generator=generator)
    items = torch.randn(s.items, s.d, generator=generator)
    own = torch.randint(0, s.items, (s.users, s.history), generator=generator)
    columns = items.t()

    def step():
        best = []
        with torch.inference_mode():
            for start in range(0, s.users, BLOCK):
                scores = users[start:start + BLOCK] @ columns
                scores.scatter_(1, own[start:start + BLOCK], float("-inf"))
                best.append(scores.topk(s.k, dim=1).indices)
        return torch.cat(best)
    return peer.Work(step, [users, items])


if __name__ == "__main__":
    peer.serve(build)
