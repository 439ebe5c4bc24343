"""Logs, notes, receipts and copies to be judged, made with keys of one's own.

Signing uses the curve arithmetic of examples/verify.py; that modlog-verify
accepts the result is what shows that it is right.
"""
import hashlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "examples"))
sys.dont_write_bytecode = True
import verify  # noqa: E402

ORIGIN = "modlog.example/actions"
TIME = 1767225600  # 2026-01-01T00:00:00Z


def multiply(n, point):
    found = verify.IDENTITY
    for bit in bin(n)[2:]:
        found = verify.point_double(found)
        if bit == "1":
            found = verify.point_add(found, point)
    return found


def number(digest):
    return int.from_bytes(digest, "little")


# A point of order 8, and its multiples.
TORSION = next(
    point for point in (multiply(verify.L, verify.point_decode(
        y.to_bytes(32, "little"))) for y in (4, 5, 9, 10, 11, 12)
        if verify.point_decode(y.to_bytes(32, "little")))
    if not verify.is_identity(multiply(4, point)))


class Signer:
    """A key that signs, honestly or oddly."""

    def __init__(self, name, kind, seed, torsion=verify.IDENTITY):
        digest = hashlib.sha512(bytes([seed]) * 32).digest()
        self.scalar = number(digest[:32]) & (1 << 254) - 8 | 1 << 254
        self.prefix, self.name, self.kind = digest[32:], name, kind
        self.raw = verify.point_encode(verify.point_add(
            multiply(self.scalar, verify.BASE), torsion))

    def blob(self):
        return bytes([self.kind]) + self.raw

    def id(self):
        return verify.sha256(self.name.encode() + b"\n" + self.blob())[:4]

    def vkey(self):
        return f"{self.name}+{self.id().hex()}+" + verify.format_base64(self.blob())

    def sign(self, message, torsion=None, salt=b""):
        r = number(hashlib.sha512(self.prefix + salt + message).digest())
        r %= verify.L
        point = multiply(r, verify.BASE)
        if torsion:
            point = verify.point_add(point, torsion)
        encoded = verify.point_encode(point)
        k = number(hashlib.sha512(encoded + self.raw + message).digest())
        s = (r + k % verify.L * self.scalar) % verify.L
        return encoded + s.to_bytes(32, "little")

    def line(self, text, time=TIME, make=None):
        """A signature line over a text; `make` makes odd signatures."""
        make = make or self.sign
        if self.kind == verify.PLAIN:
            blob = make(text)
        else:
            blob = time.to_bytes(8, "big") + make(
                b"cosignature/v1\ntime %d\n" % time + text)
        return line(self.name, self.id() + blob)


def line(name, blob):
    return f"\u2014 {name} {verify.format_base64(blob)}\n".encode()


LOG = Signer(ORIGIN, verify.PLAIN, 1)
OTHER = Signer("other.example/log", verify.PLAIN, 2)
W1 = Signer("witness.example/w1", verify.COSIGNATURE, 3)
W2 = Signer("witness.other/w2", verify.COSIGNATURE, 4)
W3 = Signer("witness.third/w3", verify.COSIGNATURE, 5)


def checkpoint(size, root, origin=ORIGIN):
    return f"{origin}\n{size}\n{verify.format_base64(root)}\n".encode()


def note(text, *lines):
    return text + b"\n" + b"".join(lines)


def policy(*lines):
    return "".join(line + "\n" for line in lines).encode()


PLAIN_POLICY = policy(f"log {LOG.vkey()}", "quorum none")
WITNESSED = policy(f"log {LOG.vkey()} https://log.example/",
                   f"witness w1 {W1.vkey()} https://w1.example/",
                   f"witness w2 {W2.vkey()}",
                   f"witness w3 {W3.vkey()}",
                   "group some 2 w1 w2 w3", "quorum some")


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def field(tag, data):
    return bytes([tag]) + varint(len(data)) + data


def entry(index, branch=b"a"):
    """Canonical leaf bytes: an appeal filed, about nothing that is known."""
    puid = b"%s-%d" % (branch, index)
    action = (b"\x08\x06" + field(0x12, puid) + b"\x18\x8b\xae\x0c"
              + b"\xa0\x01\x01")
    return (b"\x08" + varint(1795515792143 + index)
            + field(0x12, b"app-store") + field(0x7a, action))


class Log:
    """A tree of entries, and everything that is served of it."""

    def __init__(self, entries):
        self.entries = entries
        self.hashes = [verify.leaf_hash(e) for e in entries]
        self.known = {}

    def root(self, begin=0, end=None):
        end = len(self.hashes) if end is None else end
        if end - begin <= 1:
            return self.hashes[begin] if end > begin else verify.sha256(b"")
        if (begin, end) not in self.known:
            middle = begin + split(end - begin)
            self.known[begin, end] = verify.node(self.root(begin, middle),
                                                 self.root(middle, end))
        return self.known[begin, end]

    def path(self, index, begin=0, end=None):
        end = len(self.hashes) if end is None else end
        if end - begin == 1:
            return []
        middle = begin + split(end - begin)
        if index < middle:
            return self.path(index, begin, middle) + [self.root(middle, end)]
        return self.path(index, middle, end) + [self.root(begin, middle)]

    def consistency(self, older, begin=0, end=None, whole=True, seed=False):
        """RFC 6962, 2.1.2; `seed`: with the first subtree always in it."""
        end = len(self.hashes) if end is None else end
        if older == end:
            return [] if whole and not seed else [self.root(begin, end)]
        middle = begin + split(end - begin)
        if older <= middle:
            return self.consistency(older, begin, middle, whole, seed) + [
                self.root(middle, end)]
        return self.consistency(older, middle, end, False, seed) + [
            self.root(begin, middle)]

    def text(self, size=None):
        size = len(self.hashes) if size is None else size
        return checkpoint(size, self.root(0, size))

    def note(self, size=None, cosigners=()):
        text = self.text(size)
        return note(text, LOG.line(text), *[w.line(text) for w in cosigners])

    def proof(self, index, of_note, size=None, extra=None):
        lines = [b"c2sp.org/tlog-proof@v1"]
        if extra is not None:
            lines.append(b"extra " + verify.format_base64(extra).encode())
        lines.append(b"index %d" % index)
        lines += [verify.format_base64(h).encode()
                  for h in self.path(index, 0, size)]
        return b"\n".join(lines) + b"\n\n" + of_note

    def files(self, of_note=None):
        """{path: bytes} of a copy in the tlog-tiles layout."""
        files = {"checkpoint": of_note or self.note()}
        for first in range(0, len(self.entries), 256):
            part = self.entries[first:first + 256]
            files[verify.tile_path("entries", first // 256, len(part))] = (
                b"".join(len(e).to_bytes(2, "big") + e for e in part))
        level, row, wide = 0, self.hashes, 1
        while row:
            for first in range(0, len(row), 256):
                part = row[first:first + 256]
                files[verify.tile_path(level, first // 256, len(part))] = (
                    b"".join(part))
            level, wide = level + 1, wide * 256
            row = [self.root(i * wide, (i + 1) * wide)
                   for i in range(len(self.entries) // wide)]
        return files


def split(size):
    return 1 << (size - 1).bit_length() - 1
