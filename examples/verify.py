#!/usr/bin/env python3
"""A second judge of modlog, for Python 3.11 and nothing else.

    verify.py receipt --entry F --proof F --policy F    is this entry in the log?
    verify.py checkpoint NOTE --policy F                who signed this head?
    verify.py audit DIR|URL --policy F [--since NOTE]   every entry and tile
    verify.py fork EVIDENCE --policy F                  did the log lie?
    verify.py inclusion|consistency FILE                bare proofs, as JSON

Written from docs/formats.md alone, so that one can hold it against
modlog-verify: where the two differ, one of them or that page is wrong. The
statuses are the same: 0 proved true (fork: it proves a fork), 1 proved false
(fork: it does not), 2 cannot tell. Not judged here: what an entry says, and the
rules of the record. An audit is that of modlog-verify audit --integrity-only.

Of the Python library nothing is trusted but SHA-2: Ed25519 is below.
"""

import argparse
import base64
import binascii
import gzip
import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
import zlib

NOTE_MAX = 1 << 20  # the limits of docs/formats.md
SIGNATURES_MAX = 100
NAME_MAX = 255
SIZE_MAX = 2**63 - 1
EXTRA_MAX = 48_000
PATH_MAX = 64
POLICY_MAX = 1 << 20
LEAF_MAX = 4_608
BUNDLE_MAX = 256 * (2 + 65_535)
TILE_MAX = 256 * 32
REDACTED_MAX = 65_536
ENTRY_FILE_MAX = 16 * 65_535
PROOF_FILE_MAX = NOTE_MAX + 96_000
EVIDENCE_MAX = 4 << 20
BARE_MAX = 1 << 20

PLAIN, COSIGNATURE, MLDSA = 0x01, 0x04, 0x06


class ProvedFalse(Exception):
    """What was claimed is refuted by whole bytes: status 1."""


class CannotTell(Exception):
    """Nothing can be said: status 2."""


class Malformed(CannotTell):
    """What does not parse: cut off, changed on its way, or of a newer version.
    It accuses nobody."""


def sha256(data):
    return hashlib.sha256(data).digest()


def quoted(text):
    """Foreign text, fit for a terminal."""
    return ascii(text if len(text) <= 60 else text[:60] + "…")


# Text forms of bytes and numbers.


def parse_base64(text):
    """RFC 4648 section 4: padded, no white space, unused bits zero."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(f"not base64: {quoted(text)}") from None
    if base64.b64encode(data).decode() != text:
        raise Malformed(f"not the one spelling in base64: {quoted(text)}")
    return data


def parse_hash(text):
    data = parse_base64(text)
    if len(data) != 32:
        raise Malformed(f"a hash of {len(data)} bytes, want 32")
    return data


def format_base64(data):
    return base64.b64encode(data).decode()


def parse_decimal(text, at_most=2**64 - 1):
    """ASCII digits without sign or leading zero."""
    if not re.fullmatch("0|[1-9][0-9]{0,19}", text) or int(text) > at_most:
        raise Malformed(f"not a number up to {at_most}: {quoted(text)}")
    return int(text)


# Ed25519, RFC 8032 section 5.1, in extended coordinates.

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
IDENTITY = (0, 1, 1, 0)


def point_add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_double(p):
    a, b = p[0] * p[0] % P, p[1] * p[1] % P
    h = a + b
    e = h - (p[0] + p[1]) ** 2 % P
    g = a - b
    f = 2 * p[2] * p[2] % P + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def point_encode(p):
    inverse = pow(p[2], -1, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_decode(data):
    """The point, or None for what is no point or not its one encoding."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = point_decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def is_identity(p):
    return p[0] % P == 0 and (p[1] - p[2]) % P == 0


def public_key(data):
    """The point of a key; None if it must be refused."""
    point = point_decode(data) if len(data) == 32 else None
    if point is None:
        return None
    eightfold = point_double(point_double(point_double(point)))
    return None if is_identity(eightfold) else point


def ed25519_holds(point, key, message, signature):
    """S < L, and R = S B - k A, compared as bytes."""
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    k = int.from_bytes(digest, "little") % L
    minus = (P - point[0], point[1], point[2], P - point[3])
    both = point_add(BASE, minus)
    found = IDENTITY
    for bit in range(252, -1, -1):
        found = point_double(found)
        one, other = s >> bit & 1, k >> bit & 1
        if one and other:
            found = point_add(found, both)
        elif one:
            found = point_add(found, BASE)
        elif other:
            found = point_add(found, minus)
    return point_encode(found) == signature[:32]


# Keys and notes.


def is_key_name(name):
    return (1 <= len(name.encode("utf-8", "surrogatepass")) <= NAME_MAX
            and not any(c.isspace() or c == "+" or c < " " for c in name))


class Key:
    """What a vkey says: <name>+<8 hex digits of id>+<b64 of type and key>."""

    def __init__(self, vkey):
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not is_key_name(parts[0]):
            raise Malformed(f"not a verifier key: {quoted(vkey)}")
        self.name, self.vkey = parts[0], vkey
        blob = parse_base64(parts[2])
        if not blob:
            raise Malformed("a verifier key without a key")
        self.type, self.raw = blob[0], blob[1:]
        self.id = sha256(self.name.encode() + b"\n" + blob)[:4]
        if parts[1] != self.id.hex():
            raise Malformed(f"key id {quoted(parts[1])}, want {self.id.hex()}")
        self.checkable = self.type in (PLAIN, COSIGNATURE)
        if self.type == MLDSA and len(self.raw) != 1312:
            raise Malformed(f"an ML-DSA-44 key of {len(self.raw)} bytes")
        self.point = public_key(self.raw) if self.checkable else None
        if self.checkable and self.point is None:
            raise CannotTell("a weak or malformed public key")

    def holds(self, text, blob):
        """Whether the bytes after the key id sign the text; the time or 0."""
        if self.type == PLAIN:
            return ed25519_holds(self.point, self.raw, text, blob), 0
        time = int.from_bytes(blob[:8], "big")
        if len(blob) != 72 or not 0 < time <= SIZE_MAX:
            return False, 0
        signed = b"cosignature/v1\ntime %d\n" % time + text
        return ed25519_holds(self.point, self.raw, signed, blob[8:]), time


def parse_note(data):
    """Text (bytes) and [(name, key id, signature)], nothing verified."""
    if len(data) > NOTE_MAX:
        raise Malformed(f"a note of {len(data)} bytes, at most {NOTE_MAX}")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the note is not UTF-8") from None
    if any(c < " " and c != "\n" for c in note):
        raise Malformed("a control character in the note")
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise Malformed("no blank line and signature lines behind it")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise Malformed(f"{len(lines)} signatures, at most {SIGNATURES_MAX}")
    return (text + "\n").encode(), [parse_signature(line) for line in lines]


def parse_signature(line):
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\u2014" or not is_key_name(parts[1]):
        raise Malformed(f"not a signature line: {quoted(line)}")
    blob = parse_base64(parts[2])
    if len(blob) < 5:
        raise Malformed(f"a signature of {len(blob)} bytes, want 5 or more")
    return parts[1], blob[:4], blob[4:]


def has_line(note, key):
    """Whether a line claims to be by the key."""
    return any((name, key_id) == (key.name, key.id) for name, key_id, _ in note[1])


def open_note(note, keys):
    """{position in keys: time} of those that signed; a bad line refuses all. A
    key that cannot be checked here did not sign."""
    text, signatures = note
    signed = {}
    for name, key_id, blob in signatures:
        for position, key in enumerate(keys):
            if not key.checkable or position in signed:
                continue
            if (key.name, key.id) != (name, key_id):
                continue
            good, time = key.holds(text, blob)
            if not good:
                raise ProvedFalse(f"the signature of {quoted(name)} fails")
            signed[position] = time
    return signed


class Checkpoint:
    """Origin, size, root: the text of a note."""

    def __init__(self, text):
        lines = text.decode().split("\n")
        if len(lines) < 4 or not all(lines[3:-1]) or lines[-1]:
            raise Malformed("a checkpoint has three lines, and extension lines")
        self.origin = lines[0]
        if not 1 <= len(self.origin.encode()) <= NAME_MAX:
            raise Malformed("the origin has not 1..255 bytes")
        self.size = parse_decimal(lines[1], SIZE_MAX)
        self.root = parse_hash(lines[2])
        if self.size == 0 and self.root != sha256(b""):
            raise Malformed("size 0 with a root")


# Policies.


class Policy:
    """c2sp.org/tlog-policy. Whatever is wrong with it: CannotTell."""

    def __init__(self, data):
        self.logs, self.witnesses, self.names = [], [], {}
        self.addresses = []
        self.quorum, self.members, self.keys = None, set(), set()
        if len(data) > POLICY_MAX:
            raise CannotTell(f"a policy of {len(data)} bytes")
        if data and not data.endswith(b"\n"):
            raise CannotTell("the policy does not end with a newline")
        for number, line in enumerate(data.split(b"\n")[:-1], 1):
            try:
                self.read(line)
            except (ProvedFalse, CannotTell, ValueError) as why:
                raise CannotTell(f"policy line {number}: {why}") from None
        if self.quorum is None:
            raise CannotTell("the policy has no quorum line")
        if not self.logs:
            raise CannotTell("the policy names no log")

    def read(self, line):
        if any(c < 0x20 and c != 9 or c == 0x7f for c in line):
            raise Malformed("a control character")
        fields = re.findall(rb"[^ \t]+", line)
        if not fields or fields[0].startswith(b"#"):
            return
        word, fields = fields[0], fields[1:]
        if word == b"log" and len(fields) in (1, 2):
            self.logs.append(self.key(fields[0], PLAIN, "log"))
            self.addresses += [(url.decode("latin-1").rstrip("/"), self.logs[-1].name)
                               for url in fields[1:]]
        elif word == b"witness" and len(fields) in (2, 3):
            self.witnesses.append(self.key(fields[1], COSIGNATURE, "witness"))
            self.define(fields[0], len(self.witnesses) - 1)
        elif word == b"group" and len(fields) >= 3:
            self.group(fields[0], fields[1], fields[2:])
        elif word == b"quorum" and len(fields) == 1 and self.quorum is None:
            self.quorum = "none" if fields[0] == b"none" else self.named(fields[0])
        else:
            raise Malformed(f"not understood: {quoted(line.decode('latin-1'))}")

    def key(self, vkey, wanted, where):
        key = Key(vkey.decode("utf-8"))
        if key.checkable and key.type != wanted:
            raise Malformed(f"a {where} with a key of type {key.type}")
        if (where, key.raw) in self.keys:
            raise Malformed("the same key twice")
        self.keys.add((where, key.raw))
        return key

    def define(self, name, meaning):
        if name == b"none" or name in self.names:
            raise Malformed(f"the name {quoted(name.decode('latin-1'))} is taken")
        self.names[name] = meaning

    def named(self, name):
        if name not in self.names:
            raise Malformed(f"no {quoted(name.decode('latin-1'))} above")
        return self.names[name]

    def group(self, name, threshold, members):
        meanings = [self.named(member) for member in members]
        for member in members:
            if member in self.members:
                raise Malformed("a member twice")
            self.members.add(member)
        count = {b"all": len(members), b"any": 1}.get(threshold)
        if count is None:
            count = parse_decimal(threshold.decode("ascii"))
        if not 1 <= count <= len(members):
            raise Malformed(f"a threshold of {count} of {len(members)}")
        self.define(name, (count, meanings))

    def reached(self, cosigned, what=None):
        what = self.quorum if what is None else what
        if what == "none":
            return True
        if isinstance(what, int):
            return what in cosigned
        count, meanings = what
        return sum(self.reached(cosigned, m) for m in meanings) >= count

    def open(self, data):
        """Checkpoint, log key, {witness: time}, of a note by a known log."""
        note = parse_note(data)
        checkpoint = Checkpoint(note[0])
        logs = [log for log in self.logs if log.name == checkpoint.origin]
        claimed = [log for log in logs if has_line(note, log)]
        if not claimed:
            open_note(note, self.logs)  # a forged line is false, not unknown
            raise CannotTell("signed by no key that the policy has of the origin "
                             + quoted(checkpoint.origin))
        if not any(log.checkable for log in claimed):
            raise CannotTell("signed by a key that cannot be checked here")
        signed = open_note(note, logs + self.witnesses)
        cosigned = {i - len(logs): time for i, time in signed.items()
                    if i >= len(logs)}
        return checkpoint, logs[min(signed)], cosigned


# The tree.


def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def node(left, right):
    return sha256(b"\x01" + left + right)


def root_of_path(found, index, size, path):
    """RFC 9162, 2.1.3.2: where the path of a leaf leads."""
    if index >= size:
        raise ProvedFalse(f"index {index} in a tree of {size}")
    place, last = index, size - 1
    for sibling in path:
        if last == 0:
            raise ProvedFalse("the path is too long")
        if place & 1 or place == last:
            found = node(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node(found, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProvedFalse("the path is too short")
    return found


def roots_of_path(older, newer, path):
    """RFC 9162, 2.1.4.2, of a path that begins with its first subtree: the
    roots at both sizes. 0 < older < newer."""
    place, last = older - 1, newer - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    if not path:
        raise ProvedFalse("the path is empty")
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProvedFalse("the path is too long")
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    if last:
        raise ProvedFalse("the path is too short")
    return old, new


def check_consistency(older, old_root, newer, new_root, path):
    """A proof as RFC 6962 has it: an exact power of two is not in it."""
    if older > newer:
        raise ProvedFalse(f"the old size {older} is above the new size {newer}")
    if older == newer:
        if path or old_root != new_root:
            raise ProvedFalse("equal sizes want equal roots and an empty proof")
        return
    if older == 0:
        raise CannotTell("from size 0 nothing can be proved")
    if older & (older - 1) == 0:
        path = [old_root] + path
    if roots_of_path(older, newer, path) != (old_root, new_root):
        raise ProvedFalse("the proof does not lead to both roots")


class Frontier:
    """The roots of the complete subtrees of a tree that grows, largest first."""

    def __init__(self):
        self.size, self.roots = 0, []

    def add(self, found):
        self.size += 1
        merges = self.size
        while merges & 1 == 0:
            found, merges = node(self.roots.pop(), found), merges >> 1
        self.roots.append(found)

    def root(self):
        if not self.roots:
            return sha256(b"")
        found = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            found = node(left, found)
        return found


# Receipts.


def cut_line(data):
    line, newline, rest = data.partition(b"\n")
    if not newline:
        raise Malformed("the file is cut")
    return line, rest


def ascii_of(line):
    try:
        return line.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("a line of the head is not ASCII") from None


def parse_proof(data):
    """Index, path, checkpoint note of a c2sp.org/tlog-proof@v1."""
    header, data = cut_line(data)
    if header != b"c2sp.org/tlog-proof@v1":
        raise Malformed("not a c2sp.org/tlog-proof@v1")
    line, data = cut_line(data)
    if line.startswith(b"extra "):
        extra = parse_base64(ascii_of(line[6:]))
        if not 1 <= len(extra) <= EXTRA_MAX:
            raise Malformed(f"an extra of {len(extra)} bytes")
        line, data = cut_line(data)
    if not line.startswith(b"index "):
        raise Malformed("no index line")
    index, path = parse_decimal(ascii_of(line[6:])), []
    while (taken := cut_line(data))[0]:
        line, data = taken
        path.append(parse_hash(ascii_of(line)))
        if len(path) > PATH_MAX:
            raise Malformed(f"a path of more than {PATH_MAX} hashes")
    return index, path, taken[1]


def read_varint(data, at, at_most=2**64 - 1):
    """A varint as short as can be, and where it ends."""
    value = shift = 0
    while True:
        if at >= len(data):
            raise Malformed("a varint is cut")
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        if value > at_most or byte == 0 and shift:
            raise Malformed(f"a varint above {at_most}, or padded")
        if not byte & 0x80:
            return value, at
        shift += 7


def read_bytes(data, at):
    size, at = read_varint(data, at)
    if size > len(data) - at:
        raise Malformed("a field is cut")
    return data[at:at + size], at + size


def parse_entry(leaf):
    """logged_at, platform, body tag (7a action, 1a seal), body."""
    if len(leaf) > LEAF_MAX:
        raise Malformed(f"an entry of {len(leaf)} bytes, at most {LEAF_MAX}")
    if leaf[:1] != b"\x08":
        raise Malformed("the entry does not begin with logged_at")
    logged_at, at = read_varint(leaf, 1, SIZE_MAX)
    if logged_at == 0:
        raise Malformed("logged_at is 0")
    platform = b""
    if leaf[at:at + 1] == b"\x12":
        platform, at = read_bytes(leaf, at + 1)
        if not re.fullmatch(rb"[a-z0-9][a-z0-9.-]{0,63}", platform):
            raise Malformed("not the name of a platform")
    tag = leaf[at:at + 1]
    if tag != b"\x7a" and (tag != b"\x1a" or not platform):
        raise Malformed("no action or seal behind the entry header")
    body, at = read_bytes(leaf, at + 1)
    if not body or at != len(leaf):
        raise Malformed("the entry's body is empty or not its end")
    if tag == b"\x1a":
        check_seal(body)
    else:
        parse_message("Action", body)
    return logged_at, platform.decode(), tag, body


# The messages of proto/modlog/v1/action.proto. u, U: a number of 32, 64 bits; e:
# a code; B: 1 or nothing; b, s: bytes, text; in a list, +; and messages by name.
MESSAGES = {name: {int(number): form for number, form in (
    pair.split(":") for pair in fields.split())} for name, fields in {
        "Action": """1:e 2:s 3:u 4:b 5:e+ 6:e 7:e 8:e+ 9:e+ 10:u 11:u 12:u 13:e
            14:e 15:e 16:s+ 17:s+ 18:U+ 19:e 20:e 21:e 22:e 23:e 24:e 25:e 26:u
            27:u 28:u 29:u 30:u 31:e+ 32:e 33:U 34:u+ 35:b 36:u 37:u 40:U 41:e
            42:U 43:U 44:U 50:u 51:u 52:u 53:u 54:u+ 55:e 56:u 57:e+ 58:u 59:u
            60:u 61:u 62:u 70:e 71:e 72:e+ 73:U 74:e 75:e 76:e 77:e 80:Action
            81:Bulk 82:Erasure 83:Redaction 84:Stats 85:Term 86:KeyEvent
            87:Succession""",
        "Bulk": "1:U 2:U 3:u 4:u 5:u 6:B",
        "Erasure": "1:e 2:u+",
        "Redaction": "1:b 2:b 3:e 4:u+",
        "Stats": "1:u 2:u 3:e 4:Cell+ 5:b",
        "Cell": "1:e 2:e 3:e 4:e 5:u 6:e 7:e 8:U",
        "Term": "1:e 2:u 3:b 4:u 5:u",
        "KeyEvent": "1:e 2:e 3:u 4:b 5:b",
        "Succession": "1:e 2:s 3:U 4:b",
    }.items()}
DEPTH_MAX = 100


def parse_message(name, data, depth=0):
    """{number: value} by the canonical rule's first two points: exactly the
    bytes that an encoder writes that knows these fields and no others."""
    found, at, last = {}, 0, 0
    if depth > DEPTH_MAX:
        raise Malformed(f"messages nested more than {DEPTH_MAX} deep")
    while at < len(data):
        tag, at = read_varint(data, at, 2**32 - 1)
        number, form = tag >> 3, MESSAGES[name].get(tag >> 3, "")
        kind, many = form.rstrip("+"), form.endswith("+")
        if tag & 7 != (0 if kind in "uUeB" and not many else 2) or not form:
            raise Malformed(f"no such field in {name}: {number}")
        if number < last or number == last and (not many or kind in "uUeB"):
            raise Malformed(f"field {number} twice or not in order")
        last = number
        read = read_varint if tag & 7 == 0 else read_bytes
        value, at = read(data, at)
        value = check_value(kind, many, value, depth)
        found[number] = found.get(number, []) + value if many else value
    return found


def check_value(kind, many, value, depth):
    if kind in MESSAGES:
        parsed = parse_message(kind, value, depth + 1)
        return [parsed] if many else parsed
    if kind in "uUeB":
        numbers = read_packed(value) if many else [value]
        if any(n >= 2**32 and kind == "u" or kind == "e" and 2**31 <= n
               < 2**64 - 2**31 or n > 1 and kind == "B" for n in numbers):
            raise Malformed("a number that is too large for its field")
        if not numbers or not many and value == 0:
            raise Malformed("a field that stands there to say nothing")
        return numbers if many else value
    if kind == "s":
        try:
            value.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("text that is not UTF-8") from None
    if not value and not many:
        raise Malformed("a field that stands there to say nothing")
    return [value] if many else value


def read_packed(data):
    numbers, at = [], 0
    while at < len(data):
        value, at = read_varint(data, at)
        numbers.append(value)
    return numbers


def check_seal(seal):
    """Its form: a signature is judged with the whole log at hand."""
    at = 0
    for tag, size, at_most in ((0x08, None, 2**64 - 1), (0x10, None, 65_536),
                               (0x1a, 32, 0), (0x22, 32, 0),
                               (0x28, None, 2**32 - 1), (0x32, 64, 0)):
        if seal[at:at + 1] != bytes([tag]):
            if tag in (0x08, 0x22):
                continue
            raise Malformed(f"a seal without field {tag >> 3}")
        if size is None:
            value, at = read_varint(seal, at + 1, at_most)
        else:
            value, at = read_bytes(seal, at + 1)
        if value == 0 or size is not None and len(value) != size:
            raise Malformed(f"field {tag >> 3} of the seal is of another form")
    if at != len(seal):
        raise Malformed("bytes behind the seal's signature")


def judge_receipt(entry, proof, policy, say=lambda *_: None):
    index, path, note = parse_proof(proof)
    checkpoint, log, cosigned = policy.open(note)
    leaf = leaf_hash(entry)
    try:
        if root_of_path(leaf, index, checkpoint.size, path) != checkpoint.root:
            raise ProvedFalse(f"the path of leaf {index} does not lead to the root")
    except ProvedFalse as why:
        try:
            parse_entry(entry)
        except Malformed:  # a mail program's line ends make no liar of anybody
            raise CannotTell(f"{why}; but the entry's file is damaged") from None
        raise
    say("log", quoted(checkpoint.origin))
    say("index", index)
    say("leaf hash", format_base64(leaf))
    say_signers(checkpoint, log, cosigned, policy, say)
    logged_at, platform, tag, body = parse_entry(entry)
    say("logged at", f"{logged_at} ms, by the log's clock")
    say("platform", quoted(platform) if platform else "the operator")
    say("says", f"{'an action' if tag == b'z' else 'a seal'} of {len(body)} bytes")
    want_quorum(policy, cosigned)


def say_signers(checkpoint, log, cosigned, policy, say):
    say("size", checkpoint.size)
    say("root", format_base64(checkpoint.root))
    say("signed by", log.vkey)
    for position, time in sorted(cosigned.items()):
        say("cosigned by", f"{policy.witnesses[position].vkey} at {time}")


def want_quorum(policy, cosigned):
    if not policy.reached(cosigned):
        raise CannotTell("not witnessed: the policy's quorum is not reached")


def judge_checkpoint(note, policy, say=lambda *_: None):
    checkpoint, log, cosigned = policy.open(note)
    say("log", quoted(checkpoint.origin))
    say_signers(checkpoint, log, cosigned, policy, say)
    want_quorum(policy, cosigned)


# JSON, strictly.


def parse_json(text):
    """No key twice, no number but whole ones of 64 bits; else ValueError."""

    def once(pairs):
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key twice")
        return found

    def refuse(number):
        raise ValueError(f"not an unsigned integer: {number}")

    def whole(number):
        return refuse(number) if not number.isdigit() or int(number) >= 2**64 \
            else int(number)

    found = json.loads(text, object_pairs_hook=once, parse_float=refuse,
                       parse_constant=refuse, parse_int=whole)
    json.dumps(found, ensure_ascii=False).encode("utf-8")  # no half of a pair
    return found


# Evidence of a fork.


EVIDENCE_WORDS = {"what": str, "contradiction": str, "origin": str,
                  "size_before": int, "size_now": int}


def parse_evidence(data):
    """The notes, smaller first, and the path; CannotTell for no evidence."""
    if len(data) > EVIDENCE_MAX:
        raise CannotTell(f"evidence of {len(data)} bytes, at most {EVIDENCE_MAX}")
    try:
        found = parse_json(data.decode("utf-8"))
        forms = {**EVIDENCE_WORDS, "note_before": str, "note_now": str,
                 "proof": list}
        if not isinstance(found, dict) or not found.keys() <= forms.keys():
            raise ValueError("not an object, or an unknown key")
        if any(type(value) is not forms[key] for key, value in found.items()):
            raise ValueError("a value of another type")
        path = found.get("proof", [])
        if any(type(text) is not str for text in path) or len(path) > PATH_MAX:
            raise ValueError(f"proof is not a list of {PATH_MAX} hashes or fewer")
        path = [parse_hash(text) for text in path]
        notes = [parse_note(found[key].encode("utf-8"))
                 for key in ("note_before", "note_now")]
        notes = [(Checkpoint(note[0]), note) for note in notes]
    except (ValueError, KeyError, CannotTell, RecursionError) as why:
        raise CannotTell(f"no evidence by its form: {why}") from None
    if notes[0][0].size > notes[1][0].size:
        notes.reverse()
    return notes, path


def signed_by(note, log):
    """Whether this log signed; who else signed does not matter here."""
    try:
        return bool(open_note(note, [log]))
    except ProvedFalse:
        return False


def judge_fork(data, policy, say=lambda *_: None):
    notes, path = parse_evidence(data)
    older, newer = notes[0][0], notes[1][0]
    if older.origin != newer.origin:
        raise ProvedFalse("the checkpoints are of two logs")
    logs = [log for log in policy.logs if log.name == older.origin]
    if not logs:
        raise CannotTell("the policy names no log of the origin "
                         + quoted(older.origin))
    guilty = [[log for log in logs if signed_by(note, log)] for _, note in notes]
    for (_, note), signers in zip(notes, guilty):
        claimed = [log for log in logs if has_line(note, log)]
        if signers:
            continue
        if not claimed or not all(log.checkable for log in claimed):
            raise CannotTell("a checkpoint that no key signed that the policy "
                             "has and that can be checked here")
        raise ProvedFalse("no key of the policy signed one of the checkpoints")
    if older.size == newer.size:
        if path:
            raise ProvedFalse("equal sizes want no path")
        prefix = newer.root
    elif older.size == 0:
        raise ProvedFalse("every log begins with the empty tree")
    else:
        prefix, root = roots_of_path(older.size, newer.size, path)
        if root != newer.root:
            raise ProvedFalse("the path does not lead to the larger root")
    if prefix == older.root:
        raise ProvedFalse("the larger tree has the smaller one's root: no fork")
    say("log", quoted(older.origin))
    for vkey in dict.fromkeys(keys[0].vkey for keys in guilty):
        say("key", vkey)
    say("size", older.size)
    say("signed root", format_base64(older.root))
    say("other root", format_base64(prefix))
    say("which it had", f"in its tree of {newer.size}, signed too")


# Audit of a copy or of a log.


class NotThere(Exception):
    pass


class Directory:
    def __init__(self, path):
        self.path = path
        if not os.path.isdir(path):
            raise CannotTell(f"{path} is not a directory")

    def fetch(self, name, at_most):
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read(at_most + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere from None
        except OSError as why:
            raise CannotTell(str(why)) from None


class SameHost(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        old, new = map(urllib.parse.urlsplit, (req.full_url, newurl))
        if new.netloc != old.netloc or new.scheme not in (old.scheme, "https"):
            raise CannotTell(f"redirected to another host: {quoted(newurl)}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Url:
    def __init__(self, address):
        self.address = address.rstrip("/")
        self.opener = urllib.request.build_opener(SameHost)

    def fetch(self, name, at_most):
        request = urllib.request.Request(
            self.address + "/" + name, headers={"Accept-Encoding": "gzip"})
        try:
            with self.opener.open(request, timeout=30) as answer:
                if answer.headers.get("Content-Encoding", "") != "gzip":
                    return answer.read(at_most + 1)
                with gzip.GzipFile(fileobj=answer) as unpacked:
                    return unpacked.read(at_most + 1)
        except (gzip.BadGzipFile, EOFError, zlib.error) as why:
            raise Malformed(f"{name}: broken gzip: {why}") from None
        except urllib.error.HTTPError as why:
            if why.code == 404:
                raise NotThere from None
            raise CannotTell(f"{name}: HTTP status {why.code}") from None
        except (OSError, ValueError) as why:
            raise CannotTell(f"{name}: {why}") from None


def tile_path(level, index, width):
    digits = f"{index % 1000:03}"
    while index := index // 1000:
        digits = f"x{index % 1000:03}/{digits}"
    return f"tile/{level}/{digits}" + (f".p/{width}" if width < 256 else "")


def fetch_resource(source, level, index, width, at_most):
    """A partial one, or else the full one of which it is a prefix."""
    for wide in sorted({width, 256}):
        name = tile_path(level, index, wide)
        try:
            data = source.fetch(name, at_most)
        except NotThere:
            continue
        if len(data) > at_most:
            raise Malformed(f"{name}: more than {at_most} bytes")
        return name, data, wide
    raise Malformed(f"{tile_path(level, index, width)} is not there")


def fetch_tile(source, level, index, width):
    name, data, wide = fetch_resource(source, level, index, width, TILE_MAX)
    if len(data) != 32 * wide:
        raise Malformed(f"{name}: {len(data)} bytes, want {32 * wide}")
    return [data[32 * i:32 * i + 32] for i in range(width)]


def fetch_bundle(source, index, width):
    name, data, wide = fetch_resource(source, "entries", index, width, BUNDLE_MAX)
    entries, at = [], 0
    for _ in range(wide):
        size = int.from_bytes(data[at:at + 2], "big")
        at += 2 + size
        if at > len(data):
            raise Malformed(f"{name}: cut")
        entries.append(data[at - size:at])
    if at != len(data):
        raise Malformed(f"{name}: bytes behind the last entry")
    return entries[:width]


class Audit:
    """Every bundle hashed, every tile compared, the root recomputed."""

    def __init__(self, source, size, old_size=0):
        self.source, self.size, self.old_size = source, size, old_size
        self.frontier, self.old_root = Frontier(), sha256(b"")
        self.levels = []  # per level, the hashes of the tile being filled
        self.missing, self.redactions = {}, {}

    def run(self):
        for first in range(0, self.size, 256):
            self.bundle(first // 256, min(256, self.size - first))
        for level, (index, hashes) in enumerate(self.levels):
            if hashes:
                self.tile(level, index, hashes)
        for index, found in self.missing.items():
            if self.redactions.get(index) != found:
                raise ProvedFalse(f"entry {index} is not there, "
                                  "and no redaction in the tree names it")

    def bundle(self, index, width):
        entries = fetch_bundle(self.source, index, width)
        served = None
        for place, entry in enumerate(entries):
            found = leaf_hash(entry)
            if entry:
                self.remember_redaction(256 * index + place, entry)
            else:
                served = served or fetch_tile(self.source, 0, index, width)
                if served[place] != found:
                    found = self.missing[256 * index + place] = served[place]
                if len(self.missing) > REDACTED_MAX:
                    raise CannotTell(f"more than {REDACTED_MAX} entries gone")
            self.frontier.add(found)
            if self.frontier.size == self.old_size:
                self.old_root = self.frontier.root()
            self.hash(0, found)

    def remember_redaction(self, at, entry):
        if b"\x08\x13" in entry:  # the kind; most entries are spared the rest
            for index, found in redaction_of(entry):
                if index < at:
                    self.redactions.setdefault(index, found)

    def hash(self, level, found):
        if level == len(self.levels):
            self.levels.append((0, []))
        index, hashes = self.levels[level]
        hashes.append(found)
        if len(hashes) < 256:
            return
        self.tile(level, index, hashes)
        self.levels[level] = (index + 1, [])
        while len(hashes) > 1:
            hashes = [node(*hashes[i:i + 2]) for i in range(0, len(hashes), 2)]
        self.hash(level + 1, hashes[0])

    def tile(self, level, index, hashes):
        served = fetch_tile(self.source, level, index, len(hashes))
        if served != hashes:
            place = [a == b for a, b in zip(served, hashes)].index(False)
            raise ProvedFalse(f"{tile_path(level, index, len(hashes))}: hash "
                              f"{place} is not that of what is served below")


def redaction_of(entry):
    """[(index, leaf hash)] of a LEAF_REDACTED entry of the log's own, else []."""
    try:
        _, platform, tag, body = parse_entry(entry)
        own = tag == b"\x7a" and not platform
        action = parse_message("Action", body) if own else {}
        (index,), gone = action.get(18, ()), action.get(83, {})
        return [(index, gone[1])] if action.get(1) == 19 else []
    except (CannotTell, KeyError, ValueError):
        return []


def judge_audit(source, policy, since=None, say=lambda *_: None):
    try:
        note = source.fetch("checkpoint", NOTE_MAX)
    except NotThere:
        raise CannotTell("there is no checkpoint") from None
    checkpoint, log, cosigned = policy.open(note)
    say("log", quoted(checkpoint.origin))
    say_signers(checkpoint, log, cosigned, policy, say)
    owners = [name for url, name in policy.addresses
              if url == getattr(source, "address", None)]
    if owners and checkpoint.origin not in owners:
        raise CannotTell(f"the policy has another log at this address: {owners[0]}")
    before = policy.open(since)[0] if since is not None else None
    if before is not None:
        if before.origin != checkpoint.origin:
            raise CannotTell("--since is a checkpoint of another log")
        if before.size > checkpoint.size:
            raise CannotTell("older than --since, or a fork: the tiles of that "
                             f"tree of {before.size} entries are not here")
    audit = Audit(source, checkpoint.size, before.size if before else 0)
    audit.run()
    if audit.frontier.root() != checkpoint.root:
        raise ProvedFalse("the entries do not lead to the signed root")
    if before is not None and audit.old_root != before.root:
        raise ProvedFalse(f"another history: at size {before.size} the root was "
                          + format_base64(before.root))
    say("checked", f"{checkpoint.size} entries, and the tiles above them")
    if audit.missing:
        say("redacted", f"{len(audit.missing)} entries, each by an entry that says so")
    want_quorum(policy, cosigned)


# Bare proofs.

BARE = {
    "inclusion": {"index": int, "size": int, "leaf_hash": str, "root": str,
                  "proof": list},
    "consistency": {"old_size": int, "new_size": int, "old_root": str,
                    "new_root": str, "proof": list},
}


def parse_bare(kind, text):
    try:
        found = parse_json(text)
        want = BARE[kind]
        if not isinstance(found, dict) or found.keys() != want.keys():
            raise ValueError(f"not one object with {', '.join(want)}")
        for key, form in want.items():
            if type(found[key]) is not form:
                raise ValueError(f"{key} is of another type")
        hashes = [found[key] for key, form in want.items() if form is str]
        hashes, path = [parse_base64(text) for text in hashes], found["proof"]
        if any(type(text) is not str for text in path):
            raise ValueError("a hash of the proof is no string")
        path = [parse_base64(text) for text in path]
        sizes = [found[key] for key, form in want.items() if form is int]
    except (ValueError, CannotTell, RecursionError) as why:
        raise CannotTell(str(why)) from None
    return sizes, hashes, path


def judge_bare(kind, text):
    sizes, hashes, path = parse_bare(kind, text)
    if any(len(one) != 32 for one in hashes + path):
        raise ProvedFalse("a hash that has not 32 bytes")
    if kind == "inclusion":
        if root_of_path(hashes[0], *sizes, path) != hashes[1]:
            raise ProvedFalse("the path does not lead to the root")
        return
    if sizes[0] == 0 and (path or hashes[0] != sha256(b"")):
        raise ProvedFalse("size 0 has no proof and the empty tree's root")
    check_consistency(sizes[0], hashes[0], sizes[1], hashes[1], path)


def judge_bare_file(kind, data):
    lines = [line for line in data.split(b"\n") if line.strip()]
    if lines and not lines[0].rstrip().endswith(b"}"):
        lines = [data]
    if not lines:
        raise CannotTell("no object in the input")
    statuses = set()
    for line in lines:
        try:
            if len(line) > BARE_MAX:
                raise CannotTell(f"more than {BARE_MAX} bytes")
            judge_bare(kind, line.decode("utf-8"))
            print("true")
            statuses.add(0)
        except ProvedFalse as why:
            print(f"false: {why}")
            statuses.add(1)
        except (CannotTell, UnicodeDecodeError) as why:
            print(f"error: {why}")
            statuses.add(2)
    return next(status for status in (1, 2, 0) if status in statuses)


# The program.


def read_file(name, at_most):
    try:
        with open(0 if name == "-" else name, "rb") as file:
            data = file.read(at_most + 1)
    except OSError as why:
        raise CannotTell(str(why)) from None
    if len(data) > at_most:
        raise CannotTell(f"{name}: more than {at_most} bytes")
    return data


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, positional in (("receipt", None), ("checkpoint", "note"),
                             ("audit", "target"), ("fork", "evidence"),
                             ("inclusion", "file"), ("consistency", "file")):
        command = commands.add_parser(name)
        if positional:
            command.add_argument(positional)
        if positional != "file":
            command.add_argument("--policy", required=True)
        if name == "receipt":
            command.add_argument("--entry", required=True)
            command.add_argument("--proof", required=True)
        if name == "audit":
            command.add_argument("--since", help="a checkpoint seen earlier")
    return parser.parse_args()


def judge(given, say):
    policy = Policy(read_file(given.policy, POLICY_MAX))
    if given.command == "receipt":
        judge_receipt(read_file(given.entry, ENTRY_FILE_MAX),
                      read_file(given.proof, PROOF_FILE_MAX), policy, say)
    elif given.command == "checkpoint":
        judge_checkpoint(read_file(given.note, NOTE_MAX), policy, say)
    elif given.command == "fork":
        judge_fork(read_file(given.evidence, EVIDENCE_MAX), policy, say)
    else:
        remote = re.match("https?://", given.target)
        source = (Url if remote else Directory)(given.target)
        since = given.since and read_file(given.since, NOTE_MAX)
        judge_audit(source, policy, since, say)


def main():
    given = arguments()
    try:
        if given.command in BARE:
            return judge_bare_file(given.command, read_file(given.file, 1 << 30))
        lines = []
        judge(given, lambda *pair: lines.append(pair))
        print("verdict: true")
        for name, value in lines:
            print(f"  {name:<14}{value}")
        return 0
    except ProvedFalse as why:
        print(f"verdict: false: {why}")
        return 1
    except CannotTell as why:
        print(f"verdict: cannot tell: {why}")
        return 2


if __name__ == "__main__":
    sys.exit(main())
