import cuda.tile as ct


def found(x, wanted):
    for at in range(8):
        if ct.gather(x, at) == wanted:
            return at
    return -1


@ct.kernel
def control(x, out, limit):
    total = 0
    for at in range(0, limit, 2):
        total += at
    ct.scatter(out, 0, total)
    steps = 0
    value = limit
    while value != 1:
        if value % 2 == 0:
            value = value // 2
        else:
            value = 3 * value + 1
        steps += 1
        if steps > 100:
            break
    ct.scatter(out, 1, steps)
    odd = 0
    for at in range(8):
        one = ct.gather(x, at)
        if one % 2 == 0:
            continue
        odd += one
    ct.scatter(out, 2, odd)
    ct.scatter(out, 3, found(x, 5))
    ct.scatter(out, 4, found(x, 50))
    first = 1
    second = 2
    for at in range(3):
        first, second = second, first + second
    ct.scatter(out, 5, first)
    if limit > 1000:
        return
    ct.scatter(out, 7, 1)


@ct.kernel
def assertions(out, limit):
    ct.printf("limit %d of %f\n", limit, 1.5)
    size = ct.assume_divisible_by(limit, 4)
    ct.assert_(size < 100, "too large")
    ct.scatter(out, 0, 100 // (size - 8))


@ct.kernel
def endless(out):
    at = 0
    while at >= 0:
        at = at & 7
    ct.scatter(out, 0, at)
