"""What both judges are asked: named cases, and seeded mutations of good ones."""
import json
import random

import maker
from maker import (LOG, ORIGIN, OTHER, TORSION, W1, W2, W3, PLAIN_POLICY,
                   WITNESSED, Log, Signer, checkpoint, entry, field, line, note,
                   policy, varint, verify)

TREE = Log([entry(i) for i in range(300)])
GOOD_NOTE = TREE.note(cosigners=[W1, W2])
GOOD_PROOF = TREE.proof(7, GOOD_NOTE)
ROOT = TREE.root()


class Case:
    """Arguments of a judge, and the files that they name."""

    def __init__(self, name, command, files, status=None):
        self.name, self.command, self.files = name, command, files
        self.status = status  # what it must be, where the case says so


def receipt(name, leaf=TREE.entries[7], proof=GOOD_PROOF, trust=WITNESSED,
            status=None):
    return Case(name, ["receipt", "--entry", "entry", "--proof", "proof",
                       "--policy", "policy"],
                {"entry": leaf, "proof": proof, "policy": trust}, status)


def with_note(name, of_note, trust=WITNESSED, status=None):
    return receipt(name, proof=TREE.proof(7, of_note), trust=trust, status=status)


def with_text(name, text, status=1):
    """A checkpoint text of whatever form, properly signed and cosigned."""
    return with_note(name, note(text, LOG.line(text), W1.line(text),
                                W2.line(text)), status=status)


def with_policy(name, *lines, status=2, of_note=GOOD_NOTE):
    return with_note(name, of_note, policy(*lines), status)


def named_receipts():
    text = TREE.text()
    good = LOG.line(text), W1.line(text), W2.line(text)
    yield receipt("good", status=0)
    yield receipt("extra", proof=TREE.proof(7, GOOD_NOTE, extra=b"case=42"), status=0)
    yield receipt("extra at its limit",
                  proof=TREE.proof(7, GOOD_NOTE, extra=b"x" * 48_000), status=0)
    yield receipt("extra beyond its limit",
                  proof=TREE.proof(7, GOOD_NOTE, extra=b"x" * 48_001), status=2)
    yield receipt("extra empty", status=2, proof=GOOD_PROOF.replace(
        b"\nindex", b"\nextra \nindex", 1))
    yield receipt("extra twice", status=2, proof=GOOD_PROOF.replace(
        b"\nindex", b"\nextra AA==\nextra AA==\nindex", 1))
    yield receipt("another entry", TREE.entries[8], status=1)
    yield receipt("no entry", b"", status=2)
    yield receipt("an entry with a newline more", TREE.entries[7] + b"\n", status=2)
    yield receipt("index of another", status=1,
                  proof=GOOD_PROOF.replace(b"index 7", b"index 6"))
    for index in (b"07", b"+7", b" 7", b"7 ", b"", b"-1", b"0x7", b"7.0",
                  b"18446744073709551616", b"\xd9\xa7"):
        yield receipt(f"index {index}", status=2,
                      proof=GOOD_PROOF.replace(b"index 7", b"index " + index))
    for index in (300, 2**63, 2**64 - 1):
        yield receipt(f"index {index}", status=1, proof=GOOD_PROOF.replace(
            b"index 7", b"index %d" % index))
    long = b"\n".join([b"c2sp.org/tlog-proof@v1", b"index 7"]
                      + [b"A" * 43 + b"="] * 65) + b"\n\n" + GOOD_NOTE
    yield receipt("65 hashes", proof=long, status=2)
    yield receipt("version 2", status=2, proof=GOOD_PROOF.replace(b"@v1", b"@v2"))
    yield receipt("lines end in CRLF", status=2,
                  proof=GOOD_PROOF.replace(b"\n", b"\r\n"))
    yield receipt("empty proof", proof=b"", status=2)
    yield receipt("a page", proof=b"<html>log in</html>\n", status=2)
    yield receipt("a proof that is cut", proof=GOOD_PROOF[:-20], status=2)
    yield receipt("only zeros", proof=bytes(1000), status=2)
    one = Log([entry(0)])
    yield receipt("a tree of one", entry(0), one.proof(0, one.note()),
                  PLAIN_POLICY, status=0)
    yield with_note("no quorum", note(text, *good[:2]), status=2)
    yield with_note("a cosigner twice", note(text, *good[:2], good[1]), status=2)
    yield with_note("no quorum, no quorum asked", note(text, good[0]),
                    PLAIN_POLICY, status=0)
    yield receipt("no quorum and a wrong path", TREE.entries[8], status=1,
                  proof=TREE.proof(7, note(text, *good[:2])))
    yield with_note("cosigned, not signed", note(text, *good[1:]), status=2)
    yield with_note("no lines", text + b"\n", status=2)
    yield with_note("the log's line last", note(text, *reversed(good)), status=0)
    yield with_note("the log's line twice", note(text, good[0], *good), status=0)
    forged = line(ORIGIN, LOG.id() + bytes(64))
    yield with_note("forged line", note(text, forged, *good), status=1)
    yield with_note("forged line behind the good one",
                    note(text, *good, forged), status=0)
    yield with_note("forged witness", status=1, of_note=note(
        text, *good, line(W3.name, W3.id() + bytes(72))))
    yield with_note("a stranger's junk", status=0, of_note=note(
        text, line("stranger.example", b"12345"), *good))
    yield with_note("a stranger with the log's name", status=0, of_note=note(
        text, line(ORIGIN, b"12345"), *good))
    yield with_note("a stranger with the log's id", status=0, of_note=note(
        text, line("stranger.example", LOG.id() + bytes(64)), *good))
    yield with_note("a post-quantum line of a stranger", status=0, of_note=note(
        text, *good, line("pq.example/w", b"\x01\x02\x03\x04" + bytes(2428))))
    yield with_note("100 lines", status=0, of_note=note(
        text, *good, *[line("s.example", b"12345")] * 97))
    yield with_note("101 lines", status=2, of_note=note(
        text, *good, *[line("s.example", b"12345")] * 98))
    for what, bad in (
            ("no dash", b"- s.example AAAAAAA=\n"), ("junk", b"junk\n"),
            ("blob of 4 bytes", line("s.example", b"1234")),
            ("no blob", "\u2014 s.example \n".encode()),
            ("name with a plus", line("s+e", b"12345")),
            ("name with a no-break space", line("s\u00a0e", b"12345")),
            ("name with an ideographic space", line("s\u3000e", b"12345")),
            ("name with a line separator", line("s\u2028e", b"12345")),
            ("name with NEL", line("s\u0085e", b"12345")),
            ("name with DEL", line("s\u007fe", b"12345")),
            ("name with C1", line("s\u009fe", b"12345")),
            ("name with a zero-width space", line("s\u200be", b"12345")),
            ("name with a byte order mark", line("s\ufeffe", b"12345")),
            ("name with a Mongolian separator", line("s\u180ee", b"12345")),
            ("name of 255", line("s" * 255, b"12345")),
            ("name of 256", line("s" * 256, b"12345")),
            ("trailing bits", "\u2014 s.example MTIzNDV=\n".encode()),
            ("unused bits", "\u2014 s.example MTIzNDU2NzP=\n".encode()),
            ("URL alphabet", "\u2014 s.example MTIzNDU_\n".encode()),
            ("bad UTF-8", b"\xe2\x80\x94 s\xff AAAAAAA=\n"),
            ("a surrogate", b"\xe2\x80\x94 s\xed\xa0\x80 AAAAAAA=\n"),
            ("overlong", b"\xe2\x80\x94 s\xc0\xaf AAAAAAA=\n"),
            ("beyond U+10FFFF", b"\xe2\x80\x94 s\xf4\x90\x80\x80 AAAAAAA=\n"),
            ("tab", "\u2014\ts.example AAAAAAA=\n".encode())):
        yield with_note("line: " + what, note(text, *good, bad))
    yield with_note("a byte behind", GOOD_NOTE + b"x", status=2)
    yield with_note("a blank line behind", GOOD_NOTE + b"\n", status=2)
    yield with_note("a file beyond its limit", status=2, of_note=note(
        text, *good, line("s.example", bytes(1 << 20))))
    yield with_note("a note beyond 1 MiB", status=2, of_note=note(
        text, *good, line("s.example", bytes(3 << 18))))


def named_signatures():
    """Ed25519 at its edges: which of the many verifiers do both follow?"""
    text = TREE.text()

    def plain(what, make, status, key=LOG):
        yield_note = note(text, key.line(text, make=make))
        return with_note(what, yield_note, policy(f"log {key.vkey()}",
                                                  "quorum none"), status)

    good = LOG.sign(text)
    s = int.from_bytes(good[32:], "little")
    for add in (1, 2, 3, 8, 15):
        value = s + add * verify.L
        if value < 2**256:
            yield plain(f"S + {add} L", lambda _, v=value: good[:32] +
                        v.to_bytes(32, "little"), 1)
    yield plain("sign bit of R", lambda _: good[:31] + bytes([good[31] ^ 128])
                + good[32:], 1)
    yield plain("zeros", lambda _: bytes(64), 1)
    yield plain("63 bytes", lambda _: good[:63], 1)
    yield plain("65 bytes", lambda _: good + b"\0", 1)
    yield plain("R with torsion", lambda m: LOG.sign(m, TORSION), 1)
    mixed = Signer(ORIGIN, verify.PLAIN, 9, TORSION)
    seen = set()
    for salt in range(40):
        made = mixed.sign(text, salt=b"%d" % salt)
        k = int.from_bytes(verify.hashlib.sha512(
            made[:32] + mixed.raw + text).digest(), "little") % verify.L % 8
        if k not in seen:
            seen.add(k)
            yield plain(f"key with torsion, k = {k} mod 8", lambda _, m=made: m,
                        0 if k == 0 else 1, mixed)
    for y in (0, 1, verify.P - 1, verify.P, verify.P + 1, 2**255 - 1):
        for sign in (0, 1):
            raw = (y | sign << 255).to_bytes(32, "little")
            yield with_policy(f"key y = {y:x} sign {sign}", f"log {vkey(raw)}",
                              "quorum none")
    for times in range(8):
        point = verify.IDENTITY
        for _ in range(times):
            point = verify.point_add(point, TORSION)
        raw = verify.point_encode(point)
        yield with_policy(f"key of small order, {times}", f"log {vkey(raw)}",
                          "quorum none")
    for time in (0, 1, 2**63 - 1, 2**63, 2**64 - 1):
        yield with_note(f"cosigned at {time}", note(
            text, LOG.line(text), W1.line(text, time), W2.line(text)),
            status=0 if 0 < time < 2**63 else 1)
    yield with_note("cosignature of 71 bytes", status=1, of_note=note(
        text, LOG.line(text), W1.line(text, make=lambda m: W1.sign(m)[:63])))
    yield with_note("cosignature over the bare text", status=1, of_note=note(
        text, LOG.line(text), line(W1.name, W1.id() + bytes(7) + b"\1"
                                   + W1.sign(text))))


def vkey(raw, kind=verify.PLAIN, name=ORIGIN):
    blob = bytes([kind]) + raw
    key_id = verify.sha256(name.encode() + b"\n" + blob)[:4].hex()
    return f"{name}+{key_id}+{verify.format_base64(blob)}"


# Checkpoints that can be read; the proof leads to another tree than theirs.
LEADS_ELSEWHERE = ("size 2^63-1", "size 0", "another root")


def named_checkpoints():
    size, root = b"300", verify.format_base64(ROOT).encode()
    origin = ORIGIN.encode()
    for what, lines in (
            ("size with a zero", [origin, b"0300", root]),
            ("size with a sign", [origin, b"+300", root]),
            ("size in hex", [origin, b"0x12c", root]),
            ("no size", [origin, b"", root]),
            ("size 2^63", [origin, b"9223372036854775808", root]),
            ("size 2^63-1", [origin, b"9223372036854775807", root]),
            ("size 2^64", [origin, b"18446744073709551616", root]),
            ("size 0 with a root", [origin, b"0", root]),
            ("size 0", [origin, b"0", verify.format_base64(
                verify.sha256(b"")).encode()]),
            ("root without padding", [origin, size, root[:-1]]),
            ("root of 31 bytes", [origin, size, verify.format_base64(
                bytes(31)).encode()]),
            ("root of 33 bytes", [origin, size, verify.format_base64(
                bytes(33)).encode()]),
            ("another root", [origin, size, b"A" * 43 + b"="]),
            ("blank extension", [origin, size, root, b"", b"more"]),
            ("two lines", [origin, size]),
            ("one line", [origin]),
            ("blank before", [b"", origin, size, root])):
        yield with_text("text: " + what, b"\n".join(lines) + b"\n",
                        status=1 if what in LEADS_ELSEWHERE else 2)
    yield with_text("extension lines", b"\n".join(
        [origin, size, root, b"Timestamp: 1700000000", b"more"]) + b"\n", status=0)
    yield with_text("a size that the path leads to as well",
                    checkpoint(299, ROOT), status=0)
    text = checkpoint(300, ROOT, "other.example/log")
    both = f"log {LOG.vkey()}", f"log {OTHER.vkey()}", "quorum none"
    yield with_policy("signed by the other log", *both, status=0,
                      of_note=note(text, OTHER.line(text)))
    yield with_policy("its name, our key", *both, status=2,
                      of_note=note(text, LOG.line(text)))
    yield with_policy("both logs sign", *both, status=0,
                      of_note=note(text, LOG.line(text), OTHER.line(text)))
    yield with_policy("the other log's line is forged", *both, status=0,
                      of_note=note(TREE.text(), LOG.line(TREE.text()),
                                   line(OTHER.name, OTHER.id() + bytes(64))))
    yield with_note("unknown origin", note(text, OTHER.line(text)), status=2)
    yield with_note("unknown origin, forged by a known log", status=1, of_note=note(
        text, line(ORIGIN, LOG.id() + bytes(64))))
    yield with_note("unknown origin, signed by a known log", status=2, of_note=note(
        text, LOG.line(text)))
    second = Signer(ORIGIN, verify.PLAIN, 8)
    yield with_policy("two keys of one origin", f"log {LOG.vkey()}",
                      f"log {second.vkey()}", "quorum none", status=0)
    yield with_policy("the other key of the origin", f"log {second.vkey()}",
                      "quorum none", status=2)


def named_policies():
    log, quorum = f"log {LOG.vkey()}", "quorum none"
    w1, w2 = f"witness w1 {W1.vkey()}", f"witness w2 {W2.vkey()}"
    good = [
        (log, quorum), ("# words", "", "  \t", log, quorum), (quorum, log),
        ("\tlog \t" + LOG.vkey() + "  ", quorum),
        (log, w1, w2, "group g all w1 w2", "quorum g"),
        (log, w1, w2, "group g any w1 w2", "quorum g"),
        (log, w1, w2, "group g 2 w1 w2", "quorum g"),
        (log, w1, w2, "group g any w1", "group h all g w2", "quorum h"),
        (log, w1, "quorum w1"), (log, w1, "quorum none"),
        (log, f"witness \u00e9\u3000 {W1.vkey()}", "quorum \u00e9\u3000"),
        (log, f"witness all {W1.vkey()}", "group any any all", "quorum any"),
    ]
    mldsa = f"witness pq {vkey(bytes(range(32)) * 41, 6, 'pq.example/w')}"
    later = f"witness new {vkey(bytes(40), 9, 'new.example/w')}"
    good += [  # a key that cannot be checked is one that did not sign
        (log, w1, mldsa, "group g any w1 pq", "quorum g"),
        (log, w1, later, "group g 1 w1 new", "quorum g"),
        (log, mldsa, later, quorum),
        (log, "log " + vkey(W1.raw, 2), quorum),
    ]
    short = [
        (log, w1, mldsa, "group g all w1 pq", "quorum g"),
        (log, later, "quorum new"), ("log " + vkey(LOG.raw, 2), quorum),
    ]
    bad = [
        (), (log,), (quorum,), (log, quorum, quorum), (log, log, quorum),
        (log, "quorum"), (log, "quorum w1"), (log, "quorum w1", w1),
        (log, w1, "quorum w1", "quorum none"), (log, w1, w1, quorum),
        (log, w1, f"witness w1 {W2.vkey()}", quorum),
        (log, w1, f"witness again {W1.vkey()}", quorum),
        (log, f"witness none {W1.vkey()}", quorum),
        (log, w1, "group w1 any w1", "quorum w1"),
        (log, w1, "group none any w1", quorum),
        (log, w1, "group g any none", "quorum g"),
        (log, w1, "group g 0 w1", "quorum g"), (log, w1, "group g 2 w1", "quorum g"),
        (log, w1, "group g 01 w1", "quorum g"), (log, w1, "group g +1 w1", "quorum g"),
        (log, w1, "group g ALL w1", "quorum g"), (log, w1, "group g any", "quorum g"),
        (log, w1, "group g", "quorum g"), (log, "group g any w1", w1, "quorum g"),
        (log, w1, "group g any w1 w1", "quorum g"),
        (log, w1, w2, "group g any w1", "group h any w1 w2", "quorum h"),
        (log, w1, w2, "group g any w1", "group h any g", "group i any g w2", "quorum i"),
        (log, w1, "group g 18446744073709551617 w1", "quorum g"),
        (log, "group g any g", "quorum g"),
        ("log", quorum), (log + " url more", quorum), ("LOG " + LOG.vkey(), quorum),
        (log, "witness w1", quorum), (log, w1 + " url more", quorum),
        (log, quorum + " # words"), (log + " # words", quorum),
        (log, "what is this", quorum), (log, "\u00a0", quorum),
        (log, quorum, "\x00"), (log, quorum, "#\x00"), (log, quorum, "# a\rb"),
        (log, quorum, "# \x7f"),
        ("log " + LOG.vkey().replace("+", " "), quorum),
        ("log " + LOG.vkey().upper(), quorum), ("log " + LOG.vkey()[:-1], quorum),
        ("log " + LOG.vkey() + "=", quorum),
        (f"log {ORIGIN}+{LOG.id().hex().upper()}+{LOG.vkey().split('+', 2)[2]}",
         quorum),
        ("log " + vkey(LOG.raw, 4), quorum), ("log " + vkey(LOG.raw, 6), quorum),
        ("log " + vkey(LOG.raw, 2), quorum), ("log " + vkey(LOG.raw[:31]), quorum),
        ("log " + vkey(LOG.raw + b"\0"), quorum), ("log " + vkey(b""), quorum),
        (log, "witness w1 " + vkey(W1.raw, 1, W1.name), quorum),
        (log, "witness w1 " + vkey(bytes(range(32)) * 41, 6, W1.name), quorum),
        (log, "witness w1 " + vkey(LOG.raw, 4, W1.name), quorum),
        (f"log {LOG.vkey()}", f"log {vkey(LOG.raw, 1, 'other')}", quorum),
    ]
    for lines in good:
        yield with_policy(f"policy {lines}", *lines, status=0)
    for lines in short:
        yield with_policy(f"policy {lines}", *lines, status=2)
    for lines in bad:
        yield with_policy(f"policy {lines}", *lines, status=None)
    whole = policy(log, quorum)
    for what, data in (("no newline at the end", whole[:-1]), ("CRLF", whole.replace(
            b"\n", b"\r\n")), ("a byte order mark", b"\xef\xbb\xbf" + whole),
            ("bad UTF-8 in a comment", b"# \xff\n" + whole),
            ("bad UTF-8 in a name", policy(log, w1, quorum).replace(b"w1 ", b"\xff ", 1)),
            ("1 MiB", whole + b"#" * ((1 << 20) - len(whole) - 1) + b"\n"),
            ("beyond 1 MiB", whole + b"#" * ((1 << 20) - len(whole)) + b"\n"),
            ("33 logs", policy(*[f"log {Signer(f'l{i}', 1, 10 + i).vkey()}"
                                 for i in range(33)], log, quorum))):
        yield receipt("policy: " + what, trust=data)


def nested(deep):
    action = b""
    for _ in range(deep):
        action = b"\x82\x05" + field(0, action)[1:]
    return action


ACTION = b"\x08\x06" + field(0x12, b"a-1") + b"\x18\x8b\xae\x0c"
ACTIONS = {
    "plain": ACTION, "cut": ACTION[:-1], "junk": b"junk", "zeros": bytes(20),
    "unknown field": ACTION + b"\xf8\x3f\x01",
    "unknown field of a later list":
        ACTION.replace(b"\x18\x8b\xae\x0c", b"\x18\xb1\xb0\x0c")
        + b"\xf8\x3f\x01",
    "explicit default": ACTION + b"\x30\0",
    "padded varint": ACTION + b"\x30\x82\0",
    "wrong order": ACTION[2:] + ACTION[:2],
    "a field twice": ACTION + b"\x30\x02\x30\x02",
    "a list that is not packed": ACTION + b"\x28\x01",
    "a list": ACTION + b"\x2a\x02\x01\x02",
    "a list that descends": ACTION + b"\x2a\x02\x02\x01",
    "an empty list": ACTION + b"\x2a\0",
    "another wire type": ACTION + b"\x35\0\0\0\0",
    "a group": ACTION + b"\x33\x34",
    "code 127": ACTION + b"\x30\x7f", "code 128": ACTION + b"\x30\x80\x01",
    "a negative code": ACTION + b"\x30" + varint(2**64 - 1),
    "a number above 2^32": ACTION + b"\x50" + varint(2**32),
    "commitment of 31": ACTION[:7] + ACTION[7:] + field(0x22, bytes(31)),
    "puid with a blank": ACTION.replace(b"a-1", b"a 1"),
    "puid in UTF-8": ACTION.replace(b"a-1", b"\xc3\xa91"),
    "puid of bad UTF-8": ACTION.replace(b"a-1", b"\xff-1"),
    "kind of nothing": ACTION[2:], "no puid": ACTION[:2] + ACTION[7:],
    "about that descends": ACTION + b"\x82\x01\x01b\x82\x01\x01a",
    "about": ACTION + b"\x82\x01\x01a\x82\x01\x01b",
    "a correction within": ACTION + b"\x82\x05" + field(0, ACTION)[1:],
    "a correction of nothing": ACTION + b"\x82\x05\0",
    "two corrections": ACTION + 2 * (b"\x82\x05" + field(0, ACTION)[1:]),
    "a tag too long": ACTION + b"\xb0\0\x01",
    "field 0": ACTION + b"\0\0", "a tag beyond 2^32": ACTION + varint(2**32 + 0x30),
    "empty bytes": ACTION + b"\x22\0", "an empty name": ACTION + b"\x82\x01\0",
    "a packed 0": ACTION + b"\x2a\x01\0",
    "a padded packed code": ACTION + b"\x2a\x02\x81\0",
    "packed codes in two pieces": ACTION + b"\x2a\x01\x01\x2a\x01\x02",
    "a packed code above 2^32": ACTION + b"\x2a\x05" + varint(2**32 + 1),
    "a packed code cut": ACTION + b"\x2a\x01\x81",
    "a code of 2^31": ACTION + b"\x30" + varint(2**31),
    "a code of -2^31": ACTION + b"\x30" + varint(2**64 - 2**31),
    "a code below -2^31": ACTION + b"\x30" + varint(2**64 - 2**31 - 1),
    "ean13 of 2^64-1": ACTION + b"\x88\x02" + varint(2**64 - 1),
    "ean13 of 2^64": ACTION + b"\x88\x02" + varint(2**64),
    "about_index": ACTION + b"\x92\x01\x02\x01\0",
    "cells": ACTION + b"\xa2\x05\x08" + b"\x22\x02\x08\x01" + b"\x22\x02\x08\x02",
    "an empty cell": ACTION + b"\xa2\x05\x02" + b"\x22\0",
    "a field of a cell that is not": ACTION + b"\xa2\x05\x04" + b"\x22\x02\x48\x02",
    **{f"{deep} deep": nested(deep) for deep in (99, 100, 101, 102)},
    "a correction that is not canonical":
        ACTION + b"\x82\x05" + field(0, ACTION + b"\x30\0")[1:],
}
# Canonical in form; the rest of the rule is for an audit to judge.
FORM_ALONE = ["action: " + name for name in (
    "a list", "a list that descends", "code 127", "code 128", "a negative code",
    "commitment of 31", "puid with a blank", "puid in UTF-8", "kind of nothing",
    "no puid", "about that descends", "about", "a correction within",
    "a correction of nothing", "an empty name", "a packed 0", "a code of -2^31",
    "ean13 of 2^64-1", "about_index", "cells", "an empty cell", "99 deep",
    "100 deep", "101 deep")]
GOOD_ENTRIES = ("good", "operator", "logged_at 2^63-1", "a seal", "a later seal",
                "a seal, before 2^64-1", "action: plain")


def named_entries():
    """Entries that are in the tree, and no entries by docs/formats.md."""
    good = entry(0)
    action = b"\x08\x06" + field(0x12, b"a-1") + b"\x18\x8b\xae\x0c\xa0\x01\x01"
    head = b"\x08\x01" + field(0x12, b"a")
    seal = field(0x1a, bytes(9))
    leaves = {
        "empty": b"", "text": b"hello", "good": good, "cut": good[:-1],
        "byte behind": good + b"\0", "operator": b"\x08\x01" + field(0x7a, action),
        "logged_at 0": b"\x08\0" + good[7:], "no action": head,
        "seal of no platform": b"\x08\x01" + seal, "no seal": head + seal,
        "action empty": head + field(0x7a, b""),
        "padded length": head + b"\x7a" + bytes([len(action) | 128, 0]) + action,
        "platform in capitals": b"\x08\x01" + field(0x12, b"A") + field(0x7a, action),
        "logged_at 2^63": b"\x08" + varint(2**63) + field(0x12, b"a") + field(
            0x7a, action),
        "logged_at 2^63-1": b"\x08" + varint(2**63 - 1) + field(0x12, b"a") + field(
            0x7a, action),
        "4,609 bytes": head + field(0x7a, bytes(4_609 - len(head) - 3)),
    }
    signed = b"\x10\x01" + field(0x1a, bytes(32)) + b"\x28\x01" + field(
        0x32, bytes(64))
    after = b"\x10\x01" + field(0x1a, bytes(32)) + field(
        0x22, bytes(32)) + b"\x28\x01" + field(0x32, bytes(64))
    for name, seal in (
            ("a seal", signed), ("a later seal", b"\x08\x07" + after),
            ("a seal, before 2^64-1", b"\x08" + varint(2**64 - 1) + after),
            ("seal, before 2^64", b"\x08" + varint(2**64) + after),
            ("seal, before 0", b"\x08\0" + signed),
            ("seal of 65,537", signed.replace(b"\x10\x01", b"\x10\x81\x80\x04")),
            ("seal of 0", signed.replace(b"\x10\x01", b"\x10\0")),
            ("seal, padded", signed.replace(b"\x10\x01", b"\x10\x81\0")),
            ("seal, root of 31", signed.replace(field(0x1a, bytes(32)),
                                                field(0x1a, bytes(31)))),
            ("seal without key", signed.replace(b"\x28\x01", b"")),
            ("seal by key 0", signed.replace(b"\x28\x01", b"\x28\0")),
            ("seal by key 2^32", signed.replace(b"\x28\x01",
                                                b"\x28" + varint(2**32))),
            ("seal, signature of 63", signed[:-66] + field(0x32, bytes(63))),
            ("seal, byte behind", signed + b"\0")):
        leaves[name] = head + field(0x1a, seal)
    for name, changed in ACTIONS.items():
        leaves["action: " + name] = head + field(0x7a, changed)
    for name, leaf in leaves.items():
        tree = Log([leaf, entry(1)])
        yield receipt("entry: " + name, leaf, tree.proof(0, tree.note()),
                      PLAIN_POLICY, None if name in FORM_ALONE else
                      0 if name in GOOD_ENTRIES else 2)


def audited(name, files, trust=WITNESSED, status=None):
    files = {"copy/" + path: data for path, data in files.items()}
    files["policy"] = trust
    return Case(name, ["audit", "copy", "--policy", "policy"], files, status)


def redaction(leaf_hash, *indexes, platform=b""):
    about = field(0x92, b"".join(varint(index) for index in indexes))
    action = (b"\x08\x13" + field(0x12, b"r-1") + b"\x18\x8b\xae\x0c"
              + b"\x92\x01" + about[1:] + b"\x9a\x05"
              + field(0, field(0x0a, leaf_hash))[1:])
    return (b"\x08" + varint(1795515792143)
            + (field(0x12, platform) if platform else b"")
            + field(0x7a, action))


def named_copies():
    for size in (0, 1, 255, 256, 257, 300, 512, 600):
        tree = Log([entry(i) for i in range(size)])
        yield audited(f"copy of {size}", tree.files(), PLAIN_POLICY, 0)
    files = TREE.files(GOOD_NOTE)
    yield audited("witnessed", files, status=0)
    yield audited("not witnessed", TREE.files(), status=2)
    for path in files:
        rest = {p: d for p, d in files.items() if p != path}
        yield audited(f"without {path}", rest, status=2)
        yield audited(f"{path} is empty", {**files, path: b""}, status=2)
        yield audited(f"{path} is cut", {**files, path: files[path][:-1]}, status=2)
        yield audited(f"{path} is longer", {**files, path: files[path] + b"\0"},
                      status=2)
        yield audited(f"{path} is a page", {**files, path: b"<html>" * 5000},
                      status=2)
    more = Log([entry(i) for i in range(600)]).files()
    full = {"tile/0/001": more["tile/0/001"], "tile/entries/001": more[
        "tile/entries/001"]}
    partial = {p: d for p, d in files.items() if not p.startswith(
        ("tile/0/001", "tile/entries/001"))}
    yield audited("full instead of partial", {**partial, **full}, status=0)
    yield audited("both, the full one wrong", {**files, "tile/0/001": b"x"}, status=0)
    yield audited("full, of 44", status=2, files={
        **partial, **full, "tile/0/001": full["tile/0/001"][:44 * 32]})
    yield audited("full bundle that holds 44", status=2, files={
        **partial, **full, "tile/entries/001": files["tile/entries/001.p/44"]})
    swapped = Log([entry(1), entry(0)] + [entry(i) for i in range(2, 300)])
    yield audited("another history", {**swapped.files(), "checkpoint": GOOD_NOTE},
                  status=1)
    yield audited("an empty entry", status=0, trust=PLAIN_POLICY,
                  files=Log([entry(0), b"", entry(2)]).files())
    yield from redacted_copies()


def redacted_copies():
    gone = verify.leaf_hash(entry(1))
    for name, last, status in (
            ("names it", redaction(gone, 1), 0),
            ("names another entry", redaction(gone, 0), 1),
            ("has another hash", redaction(bytes(32), 1), 1),
            ("names itself", redaction(gone, 3), 1),
            ("names two", redaction(gone, 1, 2), 1),
            ("is another kind", redaction(gone, 1).replace(b"\x08\x13", b"\x08\x12"), 1),
            ("is a platform's", redaction(gone, 1, platform=b"app-store"), 1),
            ("is no redaction", entry(3), 1)):
        tree = Log([entry(0), entry(1), entry(2), last])
        files = tree.files()
        bundle = files["tile/entries/000.p/4"]
        size = len(entry(1)).to_bytes(2, "big")
        files["tile/entries/000.p/4"] = bundle.replace(size + entry(1), b"\0\0", 1)
        gone_at_once = Log([entry(0), entry(1), last, redaction(bytes(32), 1), last])
        more = gone_at_once.files()
        more["tile/entries/000.p/5"] = more["tile/entries/000.p/5"].replace(
            size + entry(1), b"\0\0", 1)
        yield audited("named twice, of which first " + name, more, PLAIN_POLICY)
        yield audited("an entry is gone, what is there " + name, files,
                      PLAIN_POLICY, status)


def forked(seed, count):
    """(smaller, larger) sizes of a fork, where it began, and the two logs."""
    random_ = random.Random(seed)
    for turn in range(count):
        larger = random_.randrange(1, 400)
        smaller = random_.choice([random_.randrange(1, larger + 1), larger,
                                  1 << random_.randrange(larger.bit_length())])
        first = random_.randrange(smaller)
        yield smaller, larger, first, Log(
            [entry(i, b"a" if i < first else b"b") for i in range(smaller)]), TREE400


TREE400 = Log([entry(i) for i in range(400)])


def evidence(name, before, now, path=None, trust=PLAIN_POLICY, status=None, **more):
    found = {**more, "note_before": before.decode(), "note_now": now.decode()}
    if path is not None:
        found["proof"] = [verify.format_base64(h) for h in path]
    return evidence_text(name, json.dumps(found).encode(), trust, status)


def evidence_text(name, data, trust=PLAIN_POLICY, status=None):
    return Case(name, ["fork", "evidence", "--policy", "policy"],
                {"evidence": data, "policy": trust}, status)


def named_forks():
    for smaller, larger, first, one, other in forked(7, 50):
        where = f"forked at {first}, {smaller} and {larger}"
        before, now, path = one.note(), other.note(larger), None
        if smaller < larger:
            path = other.consistency(smaller, 0, larger, seed=True)
        yield evidence(where, before, now, path, status=0)
        yield evidence(where + ", but honest", other.note(smaller), now, path,
                       status=1)
        if path is None:
            continue
        as_rfc = 1 if smaller & (smaller - 1) == 0 else 0
        yield [
            evidence(where + ", the larger first", now, before, path, status=0),
            evidence(where + ", no proof", before, now, status=1),
            evidence(where + ", a hash too many", before, now, path + path[-1:],
                     status=1),
            evidence(where + ", a hash too few", before, now, path[:-1], status=1),
            evidence(where + ", another hash", before, now, [bytes(32)] + path[1:],
                     status=1),
            evidence(where + ", as RFC 6962 has it", before, now,
                     other.consistency(smaller, 0, larger), status=as_rfc),
        ][larger % 6]
    yield from named_evidence()


def named_evidence():
    one, two = Log([entry(0, b"b"), entry(1)]), TREE400
    text, other = one.text(), two.text(2)
    good = LOG.line(text), LOG.line(other)
    before, now = note(text, good[0]), note(other, good[1])
    yield evidence("two roots", before, now, status=0)
    yield evidence("two roots, an empty proof", before, now, [], status=0)
    yield evidence("two roots and a path", before, now, [bytes(32)], status=1)
    yield evidence("with words", before, now, status=0, what="a", contradiction="b",
                   origin="c", size_before=0, size_now=2**64 - 1)
    yield evidence("sizes with a sign", before, now, status=2, size_before=-1)
    yield evidence("sizes beyond", before, now, status=2, size_before=2**64)
    yield evidence("sizes with a fraction", before, now, status=2, size_now=1.0)
    yield evidence("sizes as text", before, now, status=2, size_now="1")
    yield evidence("words that are numbers", before, now, status=2, what=1)
    yield evidence("words that are true", before, now, status=2, what=True)
    yield evidence("another key", before, now, status=2, why="b")
    yield evidence("64 hashes", before, now, [bytes(32)] * 64, status=1)
    yield evidence("65 hashes", before, now, [bytes(32)] * 65, status=2)
    yield evidence("a hash of 31", before, now, [bytes(31)], status=2)
    yield evidence("the empty tree", Log([]).note(), now, [], status=1)
    yield evidence("the empty tree and a path", Log([]).note(), now,
                   [bytes(32)] * 2, status=1)
    yield evidence("two empty trees", Log([]).note(), Log([]).note(), status=1)
    yield evidence("the same twice", before, before, status=1)
    yield evidence("not signed", note(text, OTHER.line(text)), now, status=2)
    yield evidence("neither signed", note(text, W1.line(text)),
                   note(other, W1.line(other)), status=2)
    yield evidence("forged", note(text, line(ORIGIN, LOG.id() + bytes(64))), now,
                   status=1)
    yield evidence("a forged line of a witness", note(
        text, good[0], line(W1.name, W1.id() + bytes(72))), now, trust=WITNESSED,
        status=0)
    yield evidence("no quorum", before, now, trust=WITNESSED, status=0)
    yield evidence("a policy of another log", before, now, status=2, trust=policy(
        f"log {OTHER.vkey()}", "quorum none"))
    second = Signer(ORIGIN, verify.PLAIN, 8)
    both = policy(f"log {second.vkey()}", f"log {LOG.vkey()}", "quorum none")
    yield evidence("one of two keys", before, now, trust=both, status=0)
    yield evidence("a key each", note(text, second.line(text)), now, trust=both,
                   status=0)
    yield evidence("a key each, and one is not known", note(text, second.line(text)),
                   now, status=2)
    yield evidence("a key each, in turn", before, note(other, second.line(other)),
                   trust=both, status=0)
    yield evidence("another key each, too", note(text, second.line(text), good[0]),
                   now, trust=both, status=0)
    theirs = checkpoint(2, one.root(), "other.example/log")
    yield evidence("two logs", note(theirs, OTHER.line(theirs)), now, status=1,
                   trust=policy(f"log {LOG.vkey()}", f"log {OTHER.vkey()}",
                                "quorum none"))
    yield evidence("no note", b"", now, status=2)
    yield evidence("a note that is no checkpoint", note(b"text\n", LOG.line(b"text\n")),
                   now, status=2)
    whole = json.dumps({"note_before": before.decode(), "note_now": now.decode()})
    for what, data in (
            ("no notes", b"{}"), ("a list", b"[]"), ("nothing", b""), ("text", b"x"),
            ("one note", json.dumps({"note_now": now.decode()}).encode()),
            ("a note twice", whole[:-1].encode() + b', "note_now": ""}'),
            ("a byte order mark", b"\xef\xbb\xbf" + whole.encode()),
            ("bad UTF-8", whole[:-1].encode() + b', "what": "\xff"}'),
            ("a lone surrogate", whole[:-1].encode() + b', "what": "\\ud800"}'),
            ("a surrogate in a note", whole.replace(
                "\\u2014", "\\ud800").encode()),
            ("NUL in a note", whole.replace("\\u2014", "\\u0000").encode()),
            ("a raw newline", whole.replace("\\n", "\n").encode()),
            ("null for proof", whole[:-1].encode() + b', "proof": null}'),
            ("no hashes in proof", whole[:-1].encode() + b', "proof": [1]}'),
            ("deep", b'{"proof": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
            ("a zero byte behind it", whole.encode() + b"\0"),
            ("a zero byte and more", whole.encode() + b"\0{}"),
            ("behind it more", whole.encode() + b"x")):
        yield evidence_text("evidence: " + what, data, status=2)
    yield evidence_text("evidence: blanks around it", b" \n" + whole.encode() + b"\n ",
                        status=0)
    yield evidence_text("evidence: not escaped", json.dumps(
        json.loads(whole), ensure_ascii=False).encode(), status=0)
    yield evidence_text("evidence: beyond 4 MiB", whole.encode() + b" " * (4 << 20),
                        status=2)


ODD = [b"", b" ", b"\n", b"\n\n", b"\r", b"\0", b"\x7f", b"+", b"0", b"=", b"A",
       "\u2014".encode(), "\u00a0".encode(), b"\xff", b"1", b"none", b"any"]


def mutate(data, random_):
    """One change of a file, of the kinds that parsers get wrong."""
    lines = data.split(b"\n")
    at, kind = random_.randrange(len(data)), random_.randrange(9)
    i, j = random_.randrange(len(lines)), random_.randrange(len(lines))
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << random_.randrange(8)]) + data[at + 1:]
    if kind == 1:
        return data[:at] + data[at + 1:]
    if kind == 2:
        return data[:at] + random_.choice(ODD) + data[at + random_.randrange(2):]
    if kind == 3:
        return data[:at]
    if kind == 4:
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 5:
        lines.insert(i, lines[j])
    elif kind == 6:
        del lines[i]
    elif kind == 7:
        end = at + random_.randrange(1, 40)
        return data[:at] + data[end:]
    else:
        return data + random_.choice(ODD)
    return b"\n".join(lines)


def mutations(good, count, seed):
    """Mutations of one file of good cases, once more mutated now and then."""
    random_ = random.Random(seed)
    for turn in range(count):
        case = random_.choice(good)
        name = random_.choice(sorted(n for n in case.files if n != "entry"
                                     and case.files[n]))
        data = mutate(case.files[name], random_)
        while random_.randrange(4) == 0 and data:
            data = mutate(data, random_)
        yield Case(f"mutation {turn} of {case.name}: {name}", case.command,
                   {**case.files, name: data})


def bare_lines(seed):
    """Bare proofs, one a line: all pairs of small sizes, and odd ones."""
    random_, b64 = random.Random(seed), verify.format_base64
    tree = Log([b"%d" % i for i in range(20)])
    good = {"inclusion": [], "consistency": []}
    for size in range(1, 18):
        for index in range(size):
            good["inclusion"].append(
                '{"index":%d,"size":%d,"leaf_hash":"%s","root":"%s","proof":[%s]}' % (
                    index, size, b64(tree.hashes[index]), b64(tree.root(0, size)),
                    strings(tree.path(index, 0, size))))
            path = tree.consistency(index + 1, 0, size)
            good["consistency"].append(
                '{"old_size":%d,"new_size":%d,"old_root":"%s","new_root":"%s","proof":[%s]}'
                % (index + 1, size, b64(tree.root(0, index + 1)),
                   b64(tree.root(0, size)), strings(path)))
    empty = b64(verify.sha256(b""))
    one = b64(tree.root(0, 1))
    good["consistency"] += [
        '{"old_size":%d,"new_size":%d,"old_root":"%s","new_root":"%s","proof":[%s]}' % odd
        for odd in ((0, 0, empty, empty, ""), (0, 1, empty, one, ""),
                    (0, 1, one, one, ""), (0, 0, one, one, ""), (0, 0, empty, one, ""),
                    (0, 1, empty, one, f'"{one}"'), (1, 0, one, empty, ""),
                    (1, 1, one, one, f'"{one}"'), (2, 1, one, one, ""),
                    (1, 1, "", "", ""), (1, 1, "AA==", "AA==", ""))]
    texts = ['"', "{", "}", "[", "]", ",", ":", "null", "true", "1.0", "1e0", "-1",
             "-0", "00", "18446744073709551615", "18446744073709551616", "\\u0041",
             "\\n", " ", "\t", "\x01", "\x00", "\\ud800", "\u00e9", "/", "=", "A", '"x":1,', "NaN"]
    for lines in good.values():
        for turn in range(600):
            text = lines[random_.randrange(len(lines))]
            at = random_.randrange(len(text))
            lines.append(text[:at] + random_.choice(texts)
                         + text[at + random_.randrange(3):])
    return good


def strings(hashes):
    return ",".join(f'"{verify.format_base64(h)}"' for h in hashes)


def everything(count):
    named = [case for make in (named_receipts, named_signatures, named_checkpoints,
                               named_policies, named_entries, named_copies,
                               named_forks)
             for case in make()]
    good = [case for case in named if case.status == 0]
    receipts = [case for case in good if case.command[0] == "receipt"
            and len(case.files["proof"]) < 10_000 and len(case.files["policy"]) < 10_000]
    copies, forks = ([case for case in good if case.command[0] == command]
                     for command in ("audit", "fork"))
    return (named + list(mutations(receipts, count, 1))
            + list(mutations(copies, count // 4, 2))
            + list(mutations(forks, count // 4, 3)))
