"""Single operations forward and backward; a turn is told as the mean of its steps."""
import torch, torch.nn.functional as F
import peer


def operation(s):
    """A function of operands, and the operands that have a gradient."""
    def normal(*shape, scale=1.0):
        return (scale * torch.randn(*shape)).requires_grad_()

    if s.op == "attention":
        q, k, v = (normal(s.rows, 1, s.slots, s.d) for _ in range(3))
        return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=s.dropout), [q, k, v]
    if s.op == "embedding":
        weight, index = normal(s.columns, s.d), torch.arange(s.rows) * 7919 % s.columns
        return lambda: F.embedding(index, weight), [weight]
    if s.op == "linear":
        x, weight = normal(s.rows, s.d), normal(s.columns, s.d, scale=0.125)
        return lambda: F.linear(x, weight), [x, weight]
    truth = torch.arange(s.rows) % s.columns
    if s.op == "linear_cross_entropy":
        x, weight = normal(s.rows, s.d, scale=0.125), normal(s.columns, s.d)
        return lambda: F.cross_entropy(x @ weight.t(), truth), [x, weight]
    x = normal(s.rows, s.columns)
    if s.op == "layer_norm":
        weight, bias = torch.ones(s.columns, requires_grad=True), torch.zeros(s.columns, requires_grad=True)
        return lambda: F.layer_norm(x, (s.columns,), weight, bias), [x, weight, bias]
    plain = {
        "softmax": lambda: torch.softmax(x, -1), "dropout": lambda: F.dropout(x, 0.2, True), "gelu": lambda: F.gelu(x),
        "cross_entropy": lambda: F.cross_entropy(x, truth),
    }
    return plain[s.op], [x]


def build(s):
    function, operands = operation(s)
    first = function().detach()
    gradient = torch.ones_like(first)

    def step():
        for operand in operands:
            operand.grad = None
        torch.autograd.backward(function(), gradient)
    work = peer.Work(step, operands, averaged=True)
    work.first = float((first * first).sum())
    return work


if __name__ == "__main__":
    peer.serve(build)
