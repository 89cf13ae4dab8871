"""The Transformer layer that the peers share: pre-norm, or post-norm as BERT has it."""
import torch.nn as nn, torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, d, heads, ffn, drop, norm_first=True):
        super().__init__()
        self.heads, self.rate, self.norm_first = heads, drop, norm_first
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.up, self.down = nn.Linear(d, ffn), nn.Linear(ffn, d)
        self.drop = nn.Dropout(drop)

    def attend(self, x, mask, causal):
        rows, slots, d = x.shape
        q, k, v = self.qkv(x).view(rows, slots, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        rate = self.rate if self.training else 0.0
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, dropout_p=rate)
        return self.out(seen.transpose(1, 2).reshape(rows, slots, d))

    def think(self, x):
        return self.drop(self.down(self.drop(F.gelu(self.up(x)))))

    def forward(self, x, mask=None, causal=False):
        if not self.norm_first:
            x = self.norm1(x + self.drop(self.attend(x, mask, causal)))
            return self.norm2(x + self.think(x))
        x = x + self.drop(self.attend(self.norm1(x), mask, causal))
        return x + self.think(self.norm2(x))
