"""Problems for kernels of the cuTile templates, on sizes that are no multiples of tiles, and what is right for them.

Arrays and scalars have the names of `templates/README.md`. What is right is computed in float64 by NumPy, so that this needs no GPU.
"""

import math

try:
    import numpy
except ImportError:  # Where kernels are compiled nothing is computed.
    numpy = None

BATCHES, HEADS, KV_HEADS, HEAD_DIM = 2, 4, 2, 128
ROWS, COLUMNS = 300, 4104
IGNORED = -100
# How far off a result may be, relative to 1 + |expected|; more than nothing is due to bfloat16.
LIMITS = {"attention_backward": 5e-2, "matmul": 1e-2, "linear": 1e-2}
LIMIT = 2e-2


def array(*shape, dtype="bfloat16"):
    return {"shape": list(shape), "dtype": dtype}


def variants(family, axes):
    """What distinguishes the problems that kernels with these choices are run on."""
    if family not in ("attention_forward", "attention_backward"):
        return [""]
    support = axes.get("causal_support", "constexpr_flag")
    return ["causal"] * (support != "none") + ["full"] * (support != "always_on")


def problem(family, axes, variant):
    """Inputs, outputs, and scalars of a problem."""
    if family.startswith("attention"):
        return attention_problem(family, axes, variant)
    m, n, k = 200, 328, 136
    rows, columns = array(ROWS, COLUMNS), array(COLUMNS)
    each = array(ROWS, dtype="float32")
    stored = axes.get("stat_storage", "not_stored") != "not_stored"
    if family == "matmul":
        turned = lambda operand: axes.get(f"{operand}_operand_transpose", "none") != "none"
        inputs = {"a": array(k, m) if turned("a") else array(m, k), "b": array(n, k) if turned("b") else array(k, n)}
        return inputs, {"c": array(m, n)}, {}
    if family == "linear":
        has = axes.get("epilogue_fusion", "bias_activation")
        scalars = {"activation": "gelu_tanh"} if "activation" in has else {}
        return {"x": array(m, k), "weight": array(n, k), "bias": array(n)}, {"out": array(m, n)}, scalars
    if family == "softmax":
        return {"x": rows}, {"y": rows}, {}
    if family == "rms_norm":
        outputs = {"y": rows} | ({"rstd": each} if stored else {})
        return {"x": rows, "weight": columns}, outputs, {"eps": 1e-6, "offset": 0.5}
    if family == "layer_norm":
        outputs = {"y": rows} | ({"mean": each, "rstd": each} if stored else {})
        return {"x": rows, "weight": columns, "bias": columns}, outputs, {"eps": 1e-6}
    if family == "rms_norm_backward":
        inputs = {"d_y": rows, "x": rows, "weight": columns, "rstd": each}
        return inputs, {"d_x": rows, "d_weight": columns}, {"eps": 1e-6, "offset": 0.5}
    if family == "layer_norm_backward":
        inputs = {"d_y": rows, "x": rows, "weight": columns, "mean": each, "rstd": each}
        return inputs, {"d_x": rows, "d_weight": columns, "d_bias": columns}, {"eps": 1e-6}
    if family == "swiglu":
        # Halves that are counted in tiles are multiples of them.
        columns = 4096 if axes.get("half_selection") == "tile_index" else COLUMNS
        one = array(ROWS, columns)
        joined = axes.get("tensor_layout") == "concatenated"
        return ({"gate_up": array(ROWS, 2 * columns)} if joined else {"gate": one, "up": one}), {"out": one}, {}
    if family == "rope":
        turned = 64 if axes.get("partial_rotary") == "none" else 32
        q, k = heads(axes, HEADS, 200), heads(axes, KV_HEADS, 200)
        angles = array(210, turned, dtype="float32")
        names = ("q", "k") if axes.get("in_place") == "always" else ("q_out", "k_out")
        return {"q": q, "k": k, "cos": angles, "sin": angles}, dict(zip(names, (q, k))), {}
    if family == "cross_entropy":
        inputs = {"logits": rows, "target": array(ROWS, dtype="int64")}
        outputs = {"loss": each}
        if axes.get("bwd_decomposition", "grad_in_forward") == "grad_in_forward":
            outputs["logits" if axes.get("in_place") == "always" else "d_logits"] = rows
        return inputs, outputs, {"scale": 0.5, "ignore_index": IGNORED, "label_smoothing": 0.1}
    raise ValueError(f"no problem for {family}")


def heads(axes, count, length):
    last = axes.get("tensor_layout") == "BSHD"
    return array(BATCHES, length, count, HEAD_DIM) if last else array(BATCHES, count, length, HEAD_DIM)


def attention_problem(family, axes, variant):
    queries, keys = (1, 1000) if family == "attention_decode" else (200, 328)
    padding = [axes.get(f"{role}_padding_mode") for role in "kv"]
    if axes.get("tail_handling") == "assume_even" or "undetermined" in padding:
        keys = 384
    q, k = heads(axes, HEADS, queries), heads(axes, KV_HEADS, keys)
    lse = array(BATCHES, HEADS, queries, dtype="float32")
    scalars = {"scale": 1 / math.sqrt(HEAD_DIM)} | ({"causal": variant == "causal"} if variant else {})
    if family == "attention_backward":
        inputs = {"q": q, "k": k, "v": k, "out": q, "lse": lse, "d_out": q}
        return inputs, {"d_q": q, "d_k": k, "d_v": k}, scalars
    stored = axes.get("lse_storage", "not_stored") != "not_stored"
    return {"q": q, "k": k, "v": k}, {"out": q} | ({"lse": lse} if stored else {}), scalars


def complete(family, axes, scalars, values):
    """Makes of random inputs what belongs together: what a forward pass left, classes, sines of the same angles."""
    if family == "attention_backward":
        out, lse, _ = softmax_of_scores(axes, scalars, values)
        values["out"], values["lse"] = laid(axes, out), lse / base(axes)
    if family.endswith("_norm_backward"):
        mean, rstd = statistics(family, values["x"], scalars["eps"])
        values["mean"], values["rstd"] = mean[:, 0], rstd[:, 0]
    if family == "rope":
        values["cos"], values["sin"] = numpy.cos(values["cos"]), numpy.sin(values["cos"])
    if family == "cross_entropy":
        values["target"] = numpy.arange(ROWS) * 7 % COLUMNS
        values["target"][5] = IGNORED
    return values


def laid(axes, values):
    return values.swapaxes(1, 2) if axes.get("tensor_layout") == "BSHD" else values


def base(axes):
    return math.log(2) if axes.get("lse_base", "log2") == "log2" else 1.0


def softmax_of_scores(axes, scalars, values):
    q, k, v = (laid(axes, values[name]) for name in "qkv")
    group = q.shape[1] // k.shape[1]
    scores = q @ k.repeat(group, 1).swapaxes(2, 3) * scalars["scale"]
    queries, keys = scores.shape[2:]
    if scalars.get("causal"):
        bottom = axes.get("causal_alignment", "bottom_right") == "bottom_right"
        rows = numpy.arange(queries)[:, None] + (keys - queries if bottom else 0)
        columns = numpy.arange(keys)[None]
        visible = rows > columns if axes.get("causal_predicate", ">=") == ">" else rows >= columns
        scores = numpy.where(visible, scores, -math.inf)
    highest = scores.max(-1, keepdims=True)
    weights = numpy.exp(scores - highest)
    total = weights.sum(-1, keepdims=True)
    weights /= total
    return weights @ v.repeat(group, 1), (highest + numpy.log(total))[..., 0], weights


def statistics(family, x, eps):
    mean = x.mean(-1, keepdims=True) if family.startswith("layer") else numpy.zeros((len(x), 1))
    return mean, 1 / numpy.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + eps)


def expected(family, axes, scalars, values):
    """What is right, by the names of outputs; `values` are the inputs in float64."""
    if family == "attention_backward":
        return gradients_of_attention(axes, scalars, values)
    if family.startswith("attention"):
        out, lse, _ = softmax_of_scores(axes, scalars, values)
        return {"out": laid(axes, out), "lse": lse / base(axes)}
    if family == "matmul":
        turned = lambda operand: axes.get(f"{operand}_operand_transpose", "none") != "none"
        a, b = values["a"], values["b"]
        return {"c": (a.T if turned("a") else a) @ (b.T if turned("b") else b)}
    if family == "linear":
        has = axes.get("epilogue_fusion", "bias_activation")
        y = values["x"] @ values["weight"].T + (values["bias"] if "bias" in has else 0)
        if "activation" in has:
            y = 0.5 * y * (1 + numpy.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3)))
        return {"out": y}
    if family == "softmax":
        p = numpy.exp(values["x"] - values["x"].max(-1, keepdims=True))
        return {"y": p / p.sum(-1, keepdims=True)}
    if family in ("rms_norm", "layer_norm"):
        mean, rstd = statistics(family, values["x"], scalars["eps"])
        weight = values["weight"] + scalars.get("offset", 0)
        y = (values["x"] - mean) * rstd * weight + values.get("bias", 0)
        return {"y": y, "mean": mean[:, 0], "rstd": rstd[:, 0]}
    if family.endswith("_norm_backward"):
        mean, rstd = statistics(family, values["x"], scalars["eps"])
        x_hat = (values["x"] - mean) * rstd
        g = values["d_y"] * (values["weight"] + scalars.get("offset", 0))
        apart = g.mean(-1, keepdims=True) if family.startswith("layer") else 0
        d_x = (g - apart - x_hat * (g * x_hat).mean(-1, keepdims=True)) * rstd
        return {"d_x": d_x, "d_weight": (values["d_y"] * x_hat).sum(0), "d_bias": values["d_y"].sum(0)}
    if family == "swiglu":
        gate, up = numpy.split(values["gate_up"], 2, 1) if "gate_up" in values else (values["gate"], values["up"])
        return {"out": gate / (1 + numpy.exp(-gate)) * up}
    if family == "rope":
        rotated = {name: laid(axes, rotation(axes, laid(axes, values[name]), values)) for name in "qk"}
        return rotated | {f"{name}_out": value for name, value in rotated.items()}
    if family == "cross_entropy":
        return losses(scalars, values)
    raise ValueError(f"nothing is known of {family}")


def gradients_of_attention(axes, scalars, values):
    q, k, v, d_out = (laid(axes, values[name]) for name in ("q", "k", "v", "d_out"))
    group = q.shape[1] // k.shape[1]
    out, _, weights = softmax_of_scores(axes, scalars, values)
    d_weights = d_out @ v.repeat(group, 1).swapaxes(2, 3)
    d_scores = weights * (d_weights - (d_out * out).sum(-1, keepdims=True)) * scalars["scale"]
    of_group = lambda all: all.reshape(len(k), k.shape[1], group, *k.shape[2:]).sum(2)
    found = {
        "d_q": d_scores @ k.repeat(group, 1),
        "d_k": of_group(d_scores.swapaxes(2, 3) @ q),
        "d_v": of_group(weights.swapaxes(2, 3) @ d_out),
    }
    return {name: laid(axes, value) for name, value in found.items()}


def rotation(axes, x, values):
    y, half = x.copy(), values["cos"].shape[1]
    neighbours = axes.get("rotation_layout") == "interleaved"
    first = slice(0, 2 * half, 2) if neighbours else slice(0, half)
    second = slice(1, 2 * half, 2) if neighbours else slice(half, 2 * half)
    cos, sin = values["cos"][: x.shape[2]], values["sin"][: x.shape[2]]
    y[..., first] = x[..., first] * cos - x[..., second] * sin
    y[..., second] = x[..., second] * cos + x[..., first] * sin
    return y


def losses(scalars, values):
    x, target, smoothing = values["logits"], values["target"].astype(int), scalars["label_smoothing"]
    counts = target != scalars["ignore_index"]
    rows, classes = numpy.arange(len(x)), numpy.where(counts, target, 0)
    highest = x.max(-1, keepdims=True)
    lse = highest + numpy.log(numpy.exp(x - highest).sum(-1, keepdims=True))
    loss = lse[:, 0] - (1 - smoothing) * x[rows, classes] - smoothing * x.mean(-1)
    d_x = numpy.exp(x - lse) - smoothing / x.shape[1]
    d_x[rows, classes] -= 1 - smoothing
    d_x = numpy.where(counts[:, None], d_x, 0) * scalars["scale"]
    return {"loss": numpy.where(counts, loss, 0) * scalars["scale"], "d_logits": d_x, "logits": d_x}
