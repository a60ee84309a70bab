import cuda.tile as ct


@ct.kernel
def scaled(X, Y, factor, N: ct.Constant[int]):
    x = ct.load(X, index=(ct.bid(0),), shape=(N,), padding_mode=ct.PaddingMode.ZERO)
    ct.store(Y, index=(ct.bid(0),), tile=x * factor)
