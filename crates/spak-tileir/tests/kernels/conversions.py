import cuda.tile as ct


def put(out, row, value):
    ct.store(out, index=(row, 0), tile=ct.reshape(ct.astype(value, out.dtype), (1, 64)))


@ct.kernel
def conversions(x, floats, wholes):
    a = ct.load(x, index=(0,), shape=(64,))
    put(floats, 0, ct.astype(a, ct.float16))
    put(floats, 1, ct.astype(a, ct.bfloat16))
    put(floats, 2, ct.astype(a, ct.tfloat32))
    put(floats, 3, ct.astype(a, ct.float8_e4m3fn))
    put(floats, 4, ct.astype(a, ct.float8_e5m2))
    put(floats, 5, ct.astype(ct.astype(a, ct.float64), ct.float16))
    put(wholes, 0, ct.astype(a, ct.int32))
    put(wholes, 1, ct.astype(a, ct.int8))
    put(wholes, 2, ct.astype(abs(a), ct.uint8))
    put(wholes, 3, ct.bitcast(a, ct.int32))
    put(wholes, 4, ct.bitcast(a, ct.uint32))
    put(wholes, 5, ct.bitcast(ct.astype(a, ct.bfloat16), ct.int16))
    whole = ct.astype(a * 1000.0, ct.int32)
    put(floats, 6, whole)
    put(floats, 7, ct.astype(whole, ct.uint32))
    put(floats, 8, ct.astype(whole, ct.bfloat16))
    put(wholes, 6, ct.astype(whole, ct.int16))
    put(wholes, 7, ct.astype(whole, ct.uint8))
    put(wholes, 8, ct.astype(ct.astype(whole, ct.uint8), ct.int32))
    put(wholes, 9, whole != 0)
    bytes = ct.pack_to_bytes(ct.astype(a, ct.float16))
    put(floats, 9, ct.unpack_from_bytes(bytes, ct.float16))
    put(wholes, 10, ct.extract(bytes, index=(0,), shape=(64,)))
