import cuda.tile as ct

ConstInt = ct.Constant[int]


@ct.kernel
def product(x, y, out, B: ConstInt, M: ConstInt, N: ConstInt, K: ConstInt):
    a = ct.load(x, index=(0, 0, 0), shape=(B, M, K))
    b = ct.load(y, index=(0, 0, 0), shape=(B, K, N))
    c = ct.load(out, index=(0, 0, 0), shape=(B, M, N))
    ct.store(out, index=(0, 0, 0), tile=ct.mma(a, b, c))


@ct.kernel
def scaled(x, of_x, y, of_y, out):
    a = ct.load(x, index=(0, 0), shape=(16, 64))
    b = ct.load(y, index=(0, 0), shape=(64, 16))
    c = ct.load(of_x, index=(0, 0), shape=(16, 2))
    d = ct.load(of_y, index=(0, 0), shape=(2, 16))
    sum = ct.full((16, 16), 1.0, dtype=ct.float32)
    ct.store(out, index=(0, 0), tile=ct.mma_scaled(a, c, b, d, sum))
