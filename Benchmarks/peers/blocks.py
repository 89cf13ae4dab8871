"""The pre-norm Transformer layer that the peers share."""
import torch.nn as nn, torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, d, heads, ffn, drop):
        super().__init__()
        self.heads, self.rate = heads, drop
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

    def forward(self, x, mask=None, causal=False):
        x = x + self.drop(self.attend(self.norm1(x), mask, causal))
        return x + self.drop(self.down(self.drop(F.gelu(self.up(self.norm2(x))))))
