import cuda.tile as ct


@ct.kernel
def pointers(x, at, out):
    places = ct.load(at, index=(0,), shape=(16,))
    ct.store(out, index=(0, 0), tile=ct.reshape(ct.gather(x, (places, 3)), (1, 16)))
    some = ct.gather(x, (places, 2), mask=places < 5, padding_value=-2.0)
    ct.store(out, index=(1, 0), tile=ct.reshape(some, (1, 16)))
    ct.scatter(x, (places, 0), ct.astype(places, ct.float32), mask=places > 1)
    raw = x.get_raw_memory().load_offset(ct.arange(16, dtype=ct.int32) * 2)
    ct.store(out, index=(2, 0), tile=ct.reshape(raw, (1, 16)))


@ct.kernel
def beside(x, at, out):
    places = ct.load(at, index=(0,), shape=(16,))
    ct.store(out, index=(0,), tile=ct.gather(x, places, check_bounds=False))
