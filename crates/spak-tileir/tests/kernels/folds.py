import cuda.tile as ct


def put(out, row, value):
    value = ct.astype(value, out.dtype)
    value = ct.reshape(value, (value.shape[0] * (value.shape[1] if len(value.shape) > 1 else 1),))
    ct.store(out, index=(row, 0), tile=ct.reshape(value, (1, value.shape[0])))


def later(one, other):
    # Associative and not commutative: the earlier of two wins unless it is 0.
    return ct.where(other == 0.0, one, other)


def affine(a, b, c, d):
    # Composition of x -> a x + b and x -> c x + d, which does not commute.
    return a * c, a * d + b


@ct.kernel
def folds(x, out, places):
    a = ct.load(x, index=(0, 0), shape=(8, 16))
    put(out, 0, ct.sum(a, axis=1))
    put(out, 1, ct.sum(a, axis=0))
    put(out, 2, ct.max(a, axis=1))
    put(out, 3, ct.min(a, axis=0))
    put(out, 4, ct.prod(a, axis=1))
    put(out, 5, ct.reshape(ct.sum(a), (1,)))
    put(out, 6, ct.cumsum(a, axis=1))
    put(out, 7, ct.cumsum(a, axis=0, reverse=True))
    put(out, 8, ct.cumprod(a, axis=0))
    put(out, 9, ct.reduce(a, 1, later, 0.0))
    put(out, 10, ct.scan(a, 1, later, 0.0))
    slopes, offsets = ct.reduce((a, a + 1.0), 1, affine, (1.0, 0.0))
    put(out, 11, slopes)
    put(out, 12, offsets)
    put(out, 13, ct.sum(ct.astype(a, ct.float16), axis=1))
    ct.store(places, index=(0, 0), tile=ct.reshape(ct.argmax(a, axis=1), (1, 8)))
    ct.store(places, index=(1, 0), tile=ct.reshape(ct.argmin(a, axis=0), (1, 16)))
    ct.store(places, index=(2, 0), tile=ct.reshape(ct.sum(ct.astype(a, ct.int32), axis=1), (1, 8)))
