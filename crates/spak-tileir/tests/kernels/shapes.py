import cuda.tile as ct


def put(out, row, value):
    ct.store(out, index=(row, 0), tile=ct.reshape(ct.astype(value, out.dtype), (1, 128)))


@ct.kernel
def shapes(x, out):
    a = ct.load(x, index=(0, 0), shape=(8, 16))
    put(out, 0, a)
    put(out, 1, ct.transpose(a))
    put(out, 2, ct.permute(ct.reshape(a, (4, 2, 16)), (2, 0, 1)))
    put(out, 3, ct.broadcast_to(ct.extract(a, index=(3, 0), shape=(1, 16)), (8, 16)))
    put(out, 4, ct.broadcast_to(ct.extract(a, index=(0, 5), shape=(8, 1)), (8, 16)))
    first = ct.extract(a, index=(1, 0), shape=(4, 16))
    second = ct.extract(a, index=(0, 0), shape=(4, 16))
    put(out, 5, ct.cat((first, second), axis=0))
    left = ct.extract(a, index=(0, 1), shape=(8, 8))
    right = ct.extract(a, index=(0, 0), shape=(8, 8))
    put(out, 6, ct.cat((left, right), axis=1))
    put(out, 7, ct.arange(128, dtype=ct.int32))
    put(out, 8, ct.reshape(ct.arange(128, dtype=ct.float32, start=3, step=2), (8, 16)))
    put(out, 9, ct.full((8, 16), 2.5, dtype=ct.float32))
    put(out, 10, ct.broadcast_to(ct.astile((1, 2, 3, 5), dtype=ct.float32)[:, None], (4, 32)))
    put(out, 11, ct.insert(a, index=(1, 2), value=ct.full((4, 4), -1.0, dtype=ct.float32)))
    truths = ct.astile((True, False, False, True), dtype=ct.bool_)
    put(out, 12, ct.broadcast_to(truths[None, :], (32, 4)))
    put(out, 13, ct.broadcast_to(ct.reshape(a, (8, 1, 16)), (8, 1, 16)) + a[:, None, :])
