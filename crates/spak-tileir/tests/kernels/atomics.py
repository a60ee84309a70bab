import cuda.tile as ct


@ct.kernel
def atomics(sums, numbers, halves, words, old):
    block = ct.bid(0)
    ct.atomic_add(sums, (ct.arange(4, dtype=ct.int32),), 0.5)
    ct.atomic_add(numbers, 0, block)
    ct.atomic_max(numbers, 1, block)
    ct.atomic_min(numbers, 2, -block)
    ct.atomic_or(numbers, 3, 1 << block)
    ct.atomic_xor(numbers, 4, 1 << block)
    ct.atomic_and(numbers, 5, -2 - block)
    ct.atomic_add(halves, 1, ct.astype(1.0, ct.bfloat16))
    ct.atomic_max(words, 0, ct.astype(block, ct.uint32) + 3000000000)
    seen = ct.atomic_cas(numbers, 6, 0, block + 1)
    ct.scatter(old, block, seen)
    taken = ct.atomic_xchg(numbers, 7, block)
    view = sums.tiled_view((2,))
    view.atomic_store_add((1,), ct.full((2,), 2.0, dtype=ct.float32))
