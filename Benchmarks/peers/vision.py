"""The forward run of ViT-B: patches, a class token, pre-norm blocks, the class token's state."""
import torch, torch.nn as nn
import peer
from blocks import Block


class Vision(nn.Module):
    def __init__(self, s):
        super().__init__()
        patches = (s.image // s.patch) ** 2
        self.patch = nn.Conv2d(3, s.d, s.patch, s.patch)
        self.cls = nn.Parameter(torch.zeros(1, 1, s.d))
        self.place = nn.Parameter(torch.randn(patches + 1, s.d) * 0.02)
        self.blocks = nn.ModuleList(Block(s.d, s.heads, s.ffn, s.dropout) for _ in range(s.layers))
        self.norm = nn.LayerNorm(s.d)

    def forward(self, image):
        x = self.patch(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.place
        for block in self.blocks:
            x = block(x)
        return self.norm(x)[:, 0]


def build(s):
    model = Vision(s).eval()
    generator = torch.Generator().manual_seed(0)
    return peer.inference(model, 2 * torch.rand(s.batch, 3, s.image, s.image, generator=generator) - 1)


if __name__ == "__main__":
    peer.serve(build)
