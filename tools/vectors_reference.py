"""The formats in plain Python: what tools/vectors.py writes golden vectors with.

Written from the specifications (RFC 6962, RFC 8032, c2sp.org/signed-note,
tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof) and sharing nothing
with verifier/core, so that a mistake would have to be made twice to be missed.
Standard library only. Not for secrets: the arithmetic takes time that depends
on the key.
"""

import base64
import hashlib


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.b64encode(data).decode()


# --- Ed25519, RFC 8032, section 5.1 ---

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    """The x of a point, or None: section 5.1.3."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P != 0:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P != 0:
        return None
    if x == 0 and sign:
        return None
    return P - x if x % 2 != sign else x


def add(a, b):
    """Addition of affine points on -x^2 + y^2 = 1 + d x^2 y^2."""
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    return ((x1 * y2 + x2 * y1) * pow(1 + k, P - 2, P) % P,
            (y1 * y2 + x1 * x2) * pow(1 - k, P - 2, P) % P)


def multiply(n, point):
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y)


def encode_point(point):
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[32:]


def public_key(seed):
    return encode_point(multiply(expand(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = expand(seed)
    public = encode_point(multiply(scalar, BASE))
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    encoded_r = encode_point(multiply(r, BASE))
    k = int.from_bytes(
        hashlib.sha512(encoded_r + public + message).digest(), "little") % L
    return encoded_r + ((r + k * scalar) % L).to_bytes(32, "little")


def small_order_points():
    """The points whose order divides 8, found by removing the rest of a point's
    order."""
    for y in range(2, 100):
        x = recover_x(y, 0)
        if x is None:
            continue
        generator = multiply(L, (x, y))
        points = [multiply(i, generator) for i in range(8)]
        if len(set(points)) == 8:
            return points
    raise AssertionError("no point of order 8 L below y = 100")


# --- the Merkle tree, RFC 6962, section 2.1 ---

def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:]))


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def inclusion(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return inclusion(m, leaves[:k]) + [root(leaves[k:])]
    return inclusion(m - k, leaves[k:]) + [root(leaves[:k])]


def consistency(m, leaves, whole=True):
    n = len(leaves)
    if m == n:
        return [] if whole else [root(leaves)]
    k = split(n)
    if m <= k:
        return consistency(m, leaves[:k], whole) + [root(leaves[k:])]
    return consistency(m - k, leaves[k:], False) + [root(leaves[:k])]


# --- tiles and bundles, c2sp.org/tlog-tiles ---

def index_path(n):
    digits = "%d" % n
    digits = "0" * (-len(digits) % 3) + digits
    groups = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    return "/".join(["x" + g for g in groups[:-1]] + [groups[-1]])


def resource_path(level, n, width):
    """Level None is an entry bundle."""
    name = "entries" if level is None else "%d" % level
    return "tile/%s/%s%s" % (name, index_path(n),
                             "" if width == 256 else ".p/%d" % width)


def tiles(leaves):
    """(level, n, hashes) of every tile of a tree, partial ones included."""
    level, row = 0, leaves
    while row:
        for n in range(0, (len(row) + 255) // 256):
            yield level, n, row[n * 256:(n + 1) * 256]
        row = [root(row[i:i + 256]) for i in range(0, len(row) - 255, 256)]
        level += 1


def bundle(entries):
    return b"".join(len(e).to_bytes(2, "big") + e for e in entries)


# --- notes, checkpoints, proof files ---

PLAIN, COSIGNATURE = 0x01, 0x04


class Key:
    def __init__(self, name, kind, seed):
        self.name, self.kind, self.seed = name, kind, seed
        self.public = public_key(seed)
        self.id = sha256(name.encode() + b"\n" + bytes([kind]) +
                         self.public)[:4]

    def vkey(self):
        return "%s+%s+%s" % (self.name, self.id.hex(),
                             b64(bytes([self.kind]) + self.public))

    def skey(self):
        return "PRIVATE+KEY+%s+%s+%s" % (self.name, self.id.hex(),
                                         b64(bytes([self.kind]) + self.seed))

    def line(self, text, time=None):
        if self.kind == PLAIN:
            blob = sign(self.seed, text.encode())
        else:
            message = "cosignature/v1\ntime %d\n%s" % (time, text)
            blob = time.to_bytes(8, "big") + sign(self.seed, message.encode())
        return signature_line(self.name, self.id, blob)


def signature_line(name, key_id, blob):
    return "\u2014 %s %s\n" % (name, b64(key_id + blob))


def note(text, lines):
    return text + "\n" + "".join(lines)


def checkpoint(origin, size, root_hash):
    return "%s\n%d\n%s\n" % (origin, size, b64(root_hash))


def proof_file(index, path, checkpoint_note, extra=None):
    lines = ["c2sp.org/tlog-proof@v1"]
    if extra is not None:
        lines.append("extra " + b64(extra))
    lines.append("index %d" % index)
    lines += [b64(h) for h in path]
    return "\n".join(lines) + "\n\n" + checkpoint_note


# --- COSE receipts, RFC 9942 in the deterministic CBOR of RFC 8949, 4.2.1 ---

def cbor(value):
    def head(kind, n):
        for low, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if n < 24:
                return bytes([kind << 5 | n])
            if n < 256 ** size:
                return bytes([kind << 5 | low]) + n.to_bytes(size, "big")
        raise ValueError(n)

    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    pairs = sorted((cbor(k), cbor(v)) for k, v in value.items())
    return head(5, len(pairs)) + b"".join(k + v for k, v in pairs)


def cose_receipt(key, index, leaves, algorithm=-8, path=None):
    key_id = sha256(cbor({1: 1, -1: 6, -2: key.public}))
    header = cbor({1: algorithm, 4: key_id, 15: {1: key.name}, 395: 1})
    signed = cbor(["Signature1", header, b"", root(leaves)])
    path = inclusion(index, leaves) if path is None else path
    proof = cbor([len(leaves), index, path])
    return b"\xd2" + cbor([header, {396: {-1: [proof]}}, None,
                           sign(key.seed, signed)])


# --- entries, docs/formats.md ---

def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def entry_header(logged_at_ms, platform):
    header = b"\x08" + varint(logged_at_ms)
    if platform:
        header += b"\x12" + varint(len(platform)) + platform.encode()
    return header


def leaf(header, action):
    return header + b"\x7a" + varint(len(action)) + action
