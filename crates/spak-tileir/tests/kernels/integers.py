import cuda.tile as ct


def put(out, row, value):
    ct.store(out, index=(row, 0), tile=ct.reshape(ct.astype(value, out.dtype), (1, 64)))


@ct.kernel
def integers(x, y, out):
    a = ct.load(x, index=(0,), shape=(64,))
    b = ct.load(y, index=(0,), shape=(64,))
    put(out, 0, a + b)
    put(out, 1, a - b)
    put(out, 2, a * b)
    put(out, 3, a // b)
    put(out, 4, ct.cdiv(a, b))
    put(out, 5, a % b)
    put(out, 6, ct.minimum(a, b))
    put(out, 7, ct.maximum(a, b))
    put(out, 8, a & b)
    put(out, 9, a | b)
    put(out, 10, a ^ b)
    put(out, 11, a << (b & 7))
    put(out, 12, a >> (b & 7))
    put(out, 13, ~a)
    put(out, 14, -a)
    put(out, 15, abs(a))
    put(out, 16, a < b)
    put(out, 17, a >= b)
    put(out, 18, a == b)
    put(out, 19, ct.where((a < b) & (b > 2), a, b))
