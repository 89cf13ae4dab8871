"""A training step of a small PMMRec: text and image encoders, fusion over their tokens, user encoder, the losses DAP, NICL,
NID and RCL, fused AdamW.

The losses follow sections III-B to III-D of the paper: DAP against the items of other users; NICL with the next item as a
positive, other users' items in both modalities, and normalised class tokens; NID over ReLU(hW + b) with the classes kept,
shuffled and replaced; RCL between the mean states of a sequence and of its corrupted form."""
import torch, torch.nn as nn, torch.nn.functional as F
import peer
from blocks import Block

NEVER = float("-inf")


def row(*shape):
    return nn.Parameter(torch.randn(*shape) * 0.02)


class PMMRec(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        blocks = lambda count: nn.ModuleList(Block(s.d, s.heads, s.ffn, s.dropout) for _ in range(count))
        self.words, self.word_place = nn.Embedding(s.vocab, s.d), row(s.tokens, s.d)
        self.text, self.text_norm = blocks(s.text_layers), nn.LayerNorm(s.d)
        self.patches = (s.image // s.patch) ** 2
        self.patch = nn.Conv2d(3, s.d, s.patch, s.patch)
        self.vision_cls, self.patch_place = row(1, 1, s.d), row(self.patches + 1, s.d)
        self.vision, self.vision_norm = blocks(s.vision_layers), nn.LayerNorm(s.d)
        self.cls, self.fusion, self.fusion_norm = row(1, 1, s.d), blocks(1), nn.LayerNorm(s.d)
        self.user_place, self.user, self.user_norm = row(s.items_per_user, s.d), blocks(s.user_layers), nn.LayerNorm(s.d)
        self.noise = nn.Linear(s.d, 3)
        nn.init.normal_(self.words.weight, std=0.02)
        # As the own side starts, so that the first losses can be compared.
        for part in self.modules():
            if isinstance(part, (nn.Linear, nn.Conv2d)):
                nn.init.zeros_(part.bias)

    def items(self, ids, mask, image):
        """Class tokens of text and image, and one vector, [item, d] each."""
        count = ids.shape[0]
        x = self.words(ids) + self.word_place
        for block in self.text:
            x = block(x, mask[:, None, None, :])
        x = self.text_norm(x)
        v = self.patch(image).flatten(2).transpose(1, 2)
        v = torch.cat([self.vision_cls.expand(count, -1, -1), v], 1) + self.patch_place
        for block in self.vision:
            v = block(v)
        v = self.vision_norm(v)
        z = torch.cat([self.cls.expand(count, -1, -1), x[:, 1:], v[:, 1:]], 1)
        seen = torch.cat([mask.new_ones(count, 1), mask[:, 1:], mask.new_ones(count, self.patches)], 1)
        for block in self.fusion:
            z = block(z, seen[:, None, None, :])
        return x[:, 0], v[:, 0], self.fusion_norm(z[:, 0])

    def users(self, items):
        h = items + self.user_place
        for block in self.user:
            h = block(h, causal=True)
        return self.user_norm(h)

    def forward(self, ids, mask, image, corrupted, label):
        s = self.s
        users, length = s.users, s.items_per_user
        t, v, e = self.items(ids, mask, image)
        h = self.users(e.view(users, length, s.d))
        owner = torch.arange(users).repeat_interleave(length)
        anchor = torch.arange(users * length).view(users, length)[:, :-1].reshape(-1)
        following = anchor + 1
        own = (owner[:, None] == owner[None, :])[anchor]

        def hit(scores, index):
            return scores.gather(1, index[:, None])

        scores = h.reshape(users * length, s.d)[anchor] @ e.t()
        positive = hit(scores, following)
        dap = (torch.logsumexp(torch.cat([positive, scores.masked_fill(own, NEVER)], 1), 1) - positive[:, 0]).mean()

        def nicl(x, y):
            across, within = x[anchor] @ y.t(), x[anchor] @ x.t()
            pair = hit(across, anchor)
            above = torch.cat([pair, hit(across, following), hit(within, following)], 1)
            below = torch.cat([pair, across.masked_fill(own, NEVER), within.masked_fill(own, NEVER)], 1)
            return (torch.logsumexp(below, 1) - torch.logsumexp(above, 1)).mean()

        t, v = F.normalize(t, dim=-1), F.normalize(v, dim=-1)
        contrast = 0.5 * (nicl(t, v) + nicl(v, t))
        noised = self.users(e[corrupted].view(users, length, s.d))
        nid = F.cross_entropy(F.relu(self.noise(noised)).view(-1, 3), label)
        rcl = F.cross_entropy(h.mean(1) @ noised.mean(1).t(), torch.arange(users))
        return dap + contrast + nid + rcl


def batch(s, generator):
    """A batch of other items for every user; texts of 8 to `tokens` tokens that begin with the same one, images of noise."""
    users, length = s.users, s.items_per_user
    count = users * length
    lengths = torch.randint(8, s.tokens + 1, (count,), generator=generator)
    corrupted, label = torch.arange(count).view(users, -1).clone(), torch.zeros(users, length, dtype=torch.long)
    for user in range(users):
        order = torch.randperm(length, generator=generator)
        shuffled = order[:max(2, round(0.15 * length))]
        replaced = order[len(shuffled):len(shuffled) + max(1, round(0.05 * length))]
        corrupted[user, shuffled], label[user, shuffled] = corrupted[user, shuffled.roll(1)], 1
        corrupted[user, replaced] = torch.randint(0, count, (len(replaced),), generator=generator)
        label[user, replaced] = 2
    ids = torch.randint(4, s.vocab, (count, s.tokens), generator=generator)
    ids[:, 0] = 0
    return (
        ids, torch.arange(s.tokens)[None, :] < lengths[:, None],
        2 * torch.rand(count, 3, s.image, s.image, generator=generator) - 1, corrupted.view(-1), label.view(-1))


def build(s):
    model = PMMRec(s).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01, fused=True)
    generator = torch.Generator().manual_seed(0)
    batches = [batch(s, generator) for _ in range(4)]
    turn = [-1]

    def loss():
        turn[0] += 1
        return model(*batches[turn[0] % len(batches)])
    return peer.training(model, loss, optimiser)


if __name__ == "__main__":
    peer.serve(build)
