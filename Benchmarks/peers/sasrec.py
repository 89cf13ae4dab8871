"""A training step of SASRec: embeddings and learned positions, causal pre-norm blocks, softmax over all items or over the
batch's, fused Adam."""
import torch, torch.nn as nn, torch.nn.functional as F
import peer
from blocks import Block
from sequences import Sequences


class SASRec(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.embed = nn.Embedding(s.items, s.d, padding_idx=0)
        self.position = nn.Embedding(s.length, s.d)
        self.drop = nn.Dropout(s.dropout)
        self.blocks = nn.ModuleList(Block(s.d, s.heads, s.ffn, s.dropout) for _ in range(s.layers))
        self.norm = nn.LayerNorm(s.d)
        nn.init.normal_(self.embed.weight, std=0.02)
        nn.init.normal_(self.position.weight, std=0.02)

    def forward(self, ids):
        x = self.drop(self.embed(ids) + self.position.weight)
        for block in self.blocks:
            x = block(x, causal=True)
        return self.norm(x)


def build(s):
    model = SASRec(s).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    sequences = Sequences(s)
    slots = s.batch * s.length
    user = torch.arange(s.batch).repeat_interleave(s.length)
    same = (user[:, None] == user[None, :]).fill_diagonal_(False) if s.loss == "inbatch" else None
    own = torch.arange(slots)

    def loss():
        ids, following = sequences.next()
        states, following = model(ids).reshape(slots, s.d), following.reshape(slots)
        if s.loss == "full":
            return F.cross_entropy(states @ model.embed.weight.t(), following, ignore_index=0)
        # Against the batch's next items, those of the own row left out.
        scores = (states @ model.embed(following).t()).masked_fill(same, float("-inf"))
        return F.cross_entropy(scores, own)
    return peer.training(model, loss, optimiser)


if __name__ == "__main__":
    peer.serve(build)
