import cuda.tile as ct


def put(out, row, value):
    ct.store(out, index=(row, 0), tile=ct.reshape(value, (1, 64)))


@ct.kernel
def views(x, out, counts):
    P = ct.PaddingMode
    put(out, 0, ct.load(x, index=(0, 0), shape=(8, 8)))
    put(out, 1, ct.load(x, index=(1, 1), shape=(8, 8), padding_mode=P.ZERO))
    put(out, 2, ct.load(x, index=(1, 1), shape=(8, 8), order=(1, 0), padding_mode=P.NEG_INF))
    put(out, 3, ct.load(x, index=(1, 0), shape=(8, 8), padding_mode=P.NAN))
    put(out, 4, ct.load(x, index=(0, 1), shape=(8, 8), order=(1, 0), padding_mode=P.POS_INF))
    part = x.slice(axis=0, start=2, stop=7)
    put(out, 5, ct.load(part, index=(0, 0), shape=(8, 8), padding_mode=P.NEG_ZERO))
    ct.store(out, index=(3, 1), tile=ct.full((2, 32), 7.0, dtype=ct.float32))
    ct.store(x, index=(1, 1), tile=ct.full((8, 8), 5.0, dtype=ct.float32))
    ct.store(counts, index=(0,), tile=ct.full((1,), ct.num_tiles(x, axis=0, shape=(8, 8)), dtype=ct.int32))
    ct.store(counts, index=(1,), tile=ct.full((1,), ct.num_tiles(x, axis=1, shape=(4, 4)), dtype=ct.int32))
    ct.store(counts, index=(2,), tile=ct.full((1,), x.shape[1], dtype=ct.int32))
    ct.store(counts, index=(3,), tile=ct.full((1,), ct.num_blocks(0) * 100 + ct.bid(0), dtype=ct.int32))


@ct.kernel
def undetermined(x, out):
    ct.store(out, index=(0,), tile=ct.load(x, index=(0,), shape=(16,)) * 2.0)


@ct.kernel
def unchecked(x, out):
    tile = ct.load(x, index=(0,), shape=(16,), check_bounds=False)
    ct.store(out, index=(0,), tile=tile)


@ct.kernel
def gathering(x, at, out):
    rows = ct.load(at, index=(0,), shape=(8,))
    tile = ct.load_advanced_indexing(x, (rows, ct.Slice(2, 8)), padding_mode=ct.PaddingMode.ZERO)
    ct.store(out, index=(0, 0), tile=tile)
    ct.store_advanced_indexing(out, (rows + 8, ct.Slice(0, 8)), tile + 1.0)


@ct.kernel
def overlapping(x, out):
    view = x.tiled_view((8,), traversal_steps=(3,), padding_mode=ct.PaddingMode.ZERO)
    for at in range(view.num_tiles(0)):
        ct.store(out, index=(at, 0), tile=ct.reshape(view.load((at,)), (1, 8)))
