"""ECVRF-P256-SHA256-TAI of RFC 9381, in Python's integers: the reference of the
vectors in vrf.json. Affine, slow and not in constant time: for vectors only.
"""

import hashlib
import hmac

# SEC 2, section 2.4.2: P-256.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
Q = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
BASE = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
        0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(a, b):
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(n, point):
    total = None
    while n:
        if n & 1:
            total = add(total, point)
        point = add(point, point)
        n >>= 1
    return total


def encode(point):
    if point is None:
        return b"\x00"
    return bytes([2 + (point[1] & 1)]) + point[0].to_bytes(32, "big")


def decode(data):
    if len(data) != 33 or data[0] not in (2, 3):
        return None
    x = int.from_bytes(data[1:], "big")
    square = (x * x * x - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    if x >= P or y * y % P != square:
        return None
    return x, y if y & 1 == data[0] & 1 else P - y


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def encode_to_curve(key, alpha):
    for counter in range(256):
        point = decode(b"\x02" + sha256(b"\x01\x01", key, alpha,
                                        bytes([counter, 0])))
        if point:
            return point, counter
    raise ValueError("no point")


def nonce(secret, message):
    """RFC 6979, section 3.2, HMAC-SHA-256."""
    def mac(key, *parts):
        return hmac.new(key, b"".join(parts), hashlib.sha256).digest()
    seed = secret.to_bytes(32, "big") + (
        int.from_bytes(sha256(message), "big") % Q).to_bytes(32, "big")
    k, v = bytes(32), b"\x01" * 32
    for mark in (b"\x00", b"\x01"):
        k = mac(k, v, mark, seed)
        v = mac(k, v)
    while True:
        v = mac(k, v)
        number = int.from_bytes(v, "big")
        if 1 <= number < Q:
            return number
        k = mac(k, v, b"\x00")
        v = mac(k, v)


def challenge(*points):
    return sha256(b"\x01\x02", *[encode(p) for p in points], b"\x00")[:16]


def public(secret):
    return encode(multiply(secret, BASE))


def prove(secret, alpha):
    y = multiply(secret, BASE)
    h, _ = encode_to_curve(encode(y), alpha)
    gamma = multiply(secret, h)
    k = nonce(secret, encode(h))
    c = challenge(y, h, gamma, multiply(k, BASE), multiply(k, h))
    s = (k + int.from_bytes(c, "big") * secret) % Q
    return encode(gamma) + c + s.to_bytes(32, "big")


def output(proof):
    return sha256(b"\x01\x03", proof[:33], b"\x00")


def handle_input(platform, account, number):
    """docs/formats.md, "Subject handle"."""
    return (b"modlog/handle/v1\n" + platform + b"\n" + account +
            number.to_bytes(4, "big"))
