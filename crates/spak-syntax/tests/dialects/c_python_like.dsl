# vit_snf.dsl
# A vision transformer, two spaces of indentation, integer division with two slashes

param:
  image : int                 # pixels on a side
  patch : int = 16            # pixels on a side of a patch
  d : int

  # derived
  n_patch = (image // patch) ** 2    # patches
  head_dim = d // 12

input:
  x : Tensor([B, 3, image, image], float32)
  mask : Tensor([B, n_patch], bool)?   # optional
    where mask.sum() > 0

output:
  y : Tensor([B, classes], float32)

let tokens = reshape(x, [B, n_patch, patch * patch * 3])   # [B, N, P]
let cls = expand(cls_token, [B, 1, d])
let h = concat([
    cls,            # first
    linear(tokens, weight=w_embed)   # rest
], axis=1)

if mask exists:
  h = where(mask, h, 0.0)
elif training:
  h = dropout(h, rate=0.1)
else:
  h = h

for l in 0..n_layer-1:
    # attention
    let a = layer_norm(h, weight=ln1[l])
    let q, k, v = split(linear(a, weight=qkv[l]), 3, axis=-1)
    let s = softmax(q @ k^T * (1.0 / sqrt(head_dim)) +
                    bias[l])
    h = h + linear(s @ v, weight=proj[l])
    for e in experts:
        h = h + gate[e] * expert(h, e)     # MoE
    while err > tol:
        h = refine(h)

    # mlp
    h = h + mlp(layer_norm(h, weight=ln2[l]))

let y = linear(h[:, 0, :], weight=head)
assert y.shape == [B, classes]

def mlp(x):
    u = gelu(linear(x, weight=w1))
    return linear(u, weight=w2)
