"""A training step of GRU4Rec: embeddings, dropout, one GRU, softmax over all items, fused Adam."""
import torch, torch.nn as nn, torch.nn.functional as F
import peer
from sequences import Sequences


class GRU4Rec(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.embed = nn.Embedding(s.items, s.d, padding_idx=0)
        self.drop = nn.Dropout(s.dropout)
        self.gru = nn.GRU(s.d, s.d, 1, batch_first=True)
        nn.init.normal_(self.embed.weight, std=0.02)

    def forward(self, ids):
        return self.gru(self.drop(self.embed(ids)))[0]


def build(s):
    model = GRU4Rec(s).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    sequences = Sequences(s)

    def loss():
        ids, following = sequences.next()
        scores = model(ids).reshape(-1, s.d) @ model.embed.weight.t()
        return F.cross_entropy(scores, following.reshape(-1), ignore_index=0)
    return peer.training(model, loss, optimiser)


if __name__ == "__main__":
    peer.serve(build)
