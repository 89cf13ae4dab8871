"""The forward run of a text encoder of RoBERTa's size: embeddings, post-norm blocks, the first token's state."""
import torch, torch.nn as nn
import peer
from blocks import Block


class Text(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.words, self.place, self.norm = nn.Embedding(s.vocab, s.d), nn.Embedding(s.tokens, s.d), nn.LayerNorm(s.d)
        self.blocks = nn.ModuleList(Block(s.d, s.heads, s.ffn, s.dropout, norm_first=False) for _ in range(s.layers))

    def forward(self, ids, mask):
        x = self.norm(self.words(ids) + self.place.weight)
        for block in self.blocks:
            x = block(x, mask[:, None, None, :])
        return x[:, 0]


def build(s):
    model = Text(s).eval()
    generator = torch.Generator().manual_seed(0)
    lengths = torch.randint(s.shortest, s.tokens + 1, (s.batch,), generator=generator)
    ids = torch.randint(0, s.vocab, (s.batch, s.tokens), generator=generator)
    return peer.inference(model, ids, torch.arange(s.tokens)[None, :] < lengths[:, None])


if __name__ == "__main__":
    peer.serve(build)
