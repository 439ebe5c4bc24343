#!/usr/bin/env python3
"""Writes the golden vectors of tests/testdata/core, or checks them.

    tools/vectors.py tests/testdata/core            write
    tools/vectors.py --check tests/testdata/core    say what differs, exit 1

Everything in them is computed by vectors_reference.py, independently of the C++
code; tests/verifier/core_golden_test.cc reads them both ways. They are meant
for other implementations too: hex for bytes, plain strings for texts, and under
"refused" what must not be accepted, with the code that verifier/core gives.
"""

import json
import pathlib
import sys

import vectors_reference as ref
import vectors_vrf as ecvrf

ORIGIN = "modlog.example/actions"
TIME = 1767225600  # 2026-01-01T00:00:00Z
LOG = ref.Key(ORIGIN, ref.PLAIN, bytes(range(0x00, 0x20)))
W1 = ref.Key("witness.example/w1", ref.COSIGNATURE, bytes(range(0x20, 0x40)))
W2 = ref.Key("witness.other/w2", ref.COSIGNATURE, bytes(range(0x40, 0x60)))
STRANGER = ref.Key("stranger.example", ref.PLAIN, bytes(range(0x60, 0x80)))
NAMED_IN_UTF8 = ref.Key("журнал.example/действия", ref.PLAIN, bytes([7] * 32))


def entry(i):
    return b'{"action":"ban","n":%d}' % i


def leaf_hashes(n):
    return [ref.leaf_hash(entry(i)) for i in range(n)]


def hexes(hashes):
    return [h.hex() for h in hashes]


def keys():
    made = []
    for key in (LOG, W1, W2, STRANGER, NAMED_IN_UTF8):
        made.append({"name": key.name, "type": key.kind,
                     "seed": key.seed.hex(), "public": key.public.hex(),
                     "id": key.id.hex(), "vkey": key.vkey(),
                     "skey": key.skey()})
    weak = [{"what": "small order", "public": ref.encode_point(p).hex()}
            for p in ref.small_order_points()]
    for y in (1, ref.P - 1):
        weak.append({"what": "x = 0 with a sign",
                     "public": (y | 1 << 255).to_bytes(32, "little").hex()})
    for y in range(ref.P, 2**255):
        for sign in (0, 1):
            weak.append({
                "what": "y >= p",
                "public": (y | sign << 255).to_bytes(32, "little").hex()})
    signatures = []
    for message in (b"", b"\x00", b"message", bytes(range(256)) * 5):
        signatures.append({"seed": W1.seed.hex(), "message": message.hex(),
                           "signature": ref.sign(W1.seed, message).hex()})
    return {"keys": made, "weak": weak, "signatures": signatures}


def merkle():
    full = leaf_hashes(300)
    roots = [{"size": n, "root": ref.root(full[:n]).hex()}
             for n in list(range(0, 18)) + [255, 256, 257, 300]]
    included = [{"index": i, "size": n, "leaf": full[i].hex(),
                 "path": hexes(ref.inclusion(i, full[:n]))}
                for n in list(range(1, 12)) + [257] for i in range(n)
                if n < 12 or i in (0, 1, 127, 128, 255, 256)]
    grown = [{"older": m, "newer": n,
              "proof": hexes(ref.consistency(m, full[:n]))}
             for n in list(range(1, 12)) + [300] for m in range(1, n + 1)
             if n < 12 or m in (1, 2, 127, 128, 255, 256, 257, 299, 300)]
    return {"entry": "{\"action\":\"ban\",\"n\":<index>}", "roots": roots,
            "inclusion": included, "consistency": grown}


def tiles():
    cases = []
    for size in (1, 5, 255, 256, 257, 600, 65536 + 300):
        hashes = leaf_hashes(size)
        made = [{"path": ref.resource_path(level, n, len(row)), "level": level,
                 "index": n, "width": len(row),
                 "sha256": ref.sha256(b"".join(row)).hex()}
                for level, n, row in ref.tiles(hashes)
                if size < 1000 or level > 0 or n in (0, 1, 255, 256, 257)]
        cases.append({"size": size, "tiles": made})
    paths = [{"path": ref.resource_path(level, n, width),
              "level": -1 if level is None else level, "index": str(n),
              "width": width}
             for level in (None, 0, 1, 7, 63)
             for n in (0, 9, 255, 999, 1000, 1234067, 123456789, 2**56 - 1)
             for width in (1, 9, 255, 256)]
    return {"trees": cases, "paths": paths}


def bundles():
    cases = []
    for entries in ([], [b""], [entry(i) for i in range(5)],
                    [b"", b"a", b"", b"bc"], [bytes([i]) for i in range(256)],
                    [b"x" * 255, b"y" * 256, b"z" * 257]):
        cases.append({"entries": hexes(entries),
                      "bundle": ref.bundle(entries).hex()})
    five = ref.bundle([entry(i) for i in range(5)])
    return {"bundles": cases, "refused": [
        {"what": "cut", "count": 5, "bundle": five[:-1].hex()},
        {"what": "cut in a length", "count": 5, "bundle": five[:25].hex()},
        {"what": "one entry too many", "count": 4, "bundle": five.hex()},
        {"what": "one entry too few", "count": 6, "bundle": five.hex()},
        {"what": "trailing byte", "count": 5, "bundle": (five + b"\0").hex()},
    ]}


def entries():
    cases = []
    for time in (1, 127, 128, 1767225600000, 2**63 - 1):
        for platform in ("", "a", "platform.example", "0.a-b", "z" * 64):
            for action in (b"a", b"\x0a\x03xyz", b"x" * 127, b"x" * 300):
                header = ref.entry_header(time, platform)
                whole = ref.leaf(header, action)
                cases.append({
                    "logged_at_ms": str(time), "platform": platform,
                    "action": action.hex(), "header": header.hex(),
                    "leaf": whole.hex(),
                    "leaf_hash": ref.leaf_hash(whole).hex()})
    good = ref.entry_header(1, "a")
    refused = [
        ("no action", good),
        ("action empty", good + b"\x7a\x00"),
        ("action cut", good + b"\x7a\x02a"),
        ("byte after the action", good + b"\x7a\x01a\x00"),
        ("two actions", good + b"\x7a\x01a\x7a\x01a"),
        ("logged_at absent", b"\x12\x01a\x7a\x01a"),
        ("logged_at zero", b"\x08\x00\x7a\x01a"),
        ("logged_at too long", b"\x08\x81\x00\x7a\x01a"),
        ("logged_at negative", b"\x08" + b"\xff" * 9 + b"\x01\x7a\x01a"),
        ("platform empty", b"\x08\x01\x12\x00\x7a\x01a"),
        ("platform in upper case", b"\x08\x01\x12\x01A\x7a\x01a"),
        ("platform begins with a dot", b"\x08\x01\x12\x02.a\x7a\x01a"),
        ("platform of 65", b"\x08\x01\x12\x41" + b"a" * 65 + b"\x7a\x01a"),
        ("fields in another order", b"\x12\x01a\x08\x01\x7a\x01a"),
        ("unknown field", b"\x08\x01\x18\x01\x7a\x01a"),
        ("4609 bytes", ref.leaf(good, b"x" * (4609 - len(good) - 3))),
    ]
    return {"entries": cases,
            "refused": [{"what": w, "leaf": b.hex()} for w, b in refused]}


def sample_checkpoint(size=5):
    return ref.checkpoint(ORIGIN, size, ref.root(leaf_hashes(size)))


def checkpoints():
    cases = []
    for origin in (ORIGIN, "x", "with blank + plus", "журнал", "o" * 255):
        for size in (0, 1, 5, 2**63 - 1):
            root_hash = ref.sha256(b"" if size == 0 else b"root")
            cases.append({"origin": origin, "size": str(size),
                          "root": root_hash.hex(),
                          "text": ref.checkpoint(origin, size, root_hash)})
    good = sample_checkpoint()
    refused = [
        ("no final newline", good[:-1]),
        ("extension line", good + "extension\n"),
        ("leading zero", good.replace("\n5\n", "\n05\n")),
        ("sign", good.replace("\n5\n", "\n+5\n")),
        ("size 2^63", good.replace("\n5\n", "\n%d\n" % 2**63)),
        ("no origin", good.replace(ORIGIN, "")),
        ("origin of 256", good.replace(ORIGIN, "o" * 256)),
        ("carriage returns", good.replace("\n", "\r\n")),
        ("root without padding", good.replace("=", "")),
        ("root with unused bits", good.replace("qc=", "qd=")),
        ("root of 31 bytes", ref.checkpoint(ORIGIN, 5, b"r" * 31)),
        ("size 0 with a root", good.replace("\n5\n", "\n0\n")),
    ]
    return {"checkpoints": cases,
            "refused": [{"what": w, "text": t} for w, t in refused]}


def notes():
    text = sample_checkpoint()
    log, w1, w2 = LOG.line(text), W1.line(text, TIME), W2.line(text, TIME + 1)
    stranger = STRANGER.line(text)
    known = [LOG.vkey(), W1.vkey(), W2.vkey()]
    opened = []

    def good(what, note, verified, body=text, trusted=None):
        opened.append({"what": what, "note": note, "text": body,
                       "keys": trusted or known, "verified": [
                           {"key": k, "line": l, "time": str(t)}
                           for k, l, t in verified]})

    good("log alone", ref.note(text, [log]), [(0, 0, 0)])
    good("two cosigners", ref.note(text, [log, w1, w2]),
         [(0, 0, 0), (1, 1, TIME), (2, 2, TIME + 1)])
    good("an unknown key first", ref.note(text, [stranger, log]), [(0, 1, 0)])
    good("the same line twice", ref.note(text, [log, log]), [(0, 0, 0)])
    for body in ("\n", "any text\n", "with\n\nblank lines\n\n", "\u2014 a b\n"):
        line = NAMED_IN_UTF8.line(body)
        good("text " + ascii(body), ref.note(body, [line]), [(0, 0, 0)], body,
             [NAMED_IN_UTF8.vkey()])

    forged = ref.signature_line(LOG.name, LOG.id, bytes(64))
    late = ref.signature_line(
        W1.name, W1.id, bytes(8) + ref.sign(
            W1.seed, ("cosignature/v1\ntime 0\n" + text).encode()))
    refused = [
        ("nobody known", ref.note(text, [stranger]), "untrusted"),
        ("forged by a known name and id", ref.note(text, [forged]),
         "untrusted"),
        ("good beside a forged line", ref.note(text, [w1, forged, log]),
         "untrusted"),
        ("signed for another text", ref.note("x" + text, [log]), "untrusted"),
        ("cosigned at time 0", ref.note(text, [log, late]), "untrusted"),
        ("no lines", ref.note(text, []), "malformed"),
        ("no blank line", text + log, "malformed"),
        ("hyphen for dash", ref.note(text, [log.replace("\u2014", "-")]),
         "malformed"),
        ("two blanks", ref.note(text, [log.replace(" ", "  ")]), "malformed"),
        ("no final newline", ref.note(text, [log])[:-1], "malformed"),
        ("carriage return", ref.note(text, [log.replace("\n", "\r\n")]),
         "malformed"),
        ("short blob", ref.note(text, [log, "\u2014 a AAAAAA==\n"]),
         "malformed"),
        ("junk line of nobody", ref.note(text, [log, "junk\n"]), "malformed"),
        ("101 lines", ref.note(text, [log] * 101), "too large"),
    ]
    # A key's second line is ignored, whatever it holds.
    good("a key's second line", ref.note(text, [log, forged, w1]),
         [(0, 0, 0), (1, 2, TIME)])
    return {"opened": opened, "refused": [
        {"what": w, "note": n, "keys": known, "code": c}
        for w, n, c in refused]}


def proofs():
    size = 5
    text = sample_checkpoint(size)
    cosigned = ref.note(text, [LOG.line(text), W1.line(text, TIME)])
    both = ("log %s\nwitness w1 %s\nwitness w2 %s\ngroup g all w1 w2\n"
            "quorum g\n" % (LOG.vkey(), W1.vkey(), W2.vkey()))
    one = both.replace("quorum g", "quorum w1")
    checked, refused = [], []
    hashes = leaf_hashes(size)
    for index in range(size):
        path = ref.inclusion(index, hashes)
        for extra in (None, b"case=42"):
            file = ref.proof_file(index, path, cosigned, extra)
            for policy, quorum in ((one, True), (both, False)):
                checked.append({
                    "file": file, "policy": policy, "origin": ORIGIN,
                    "leaf": hashes[index].hex(), "quorum": quorum,
                    "index": index, "path": hexes(path),
                    "extra": None if extra is None else extra.hex(),
                    "cosigners": [{"witness": 0, "time": str(TIME)}]})
    good = ref.proof_file(3, ref.inclusion(3, hashes), cosigned, b"case=42")
    leaf3 = hashes[3].hex()

    def bad(what, file, code, leaf=leaf3, policy=one):
        refused.append({"what": what, "file": file, "leaf": leaf,
                        "policy": policy, "code": code})

    bad("another leaf", good, "bad proof", hashes[2].hex())
    bad("another index", good.replace("index 3", "index 2"), "bad proof")
    bad("index beyond", good.replace("index 3", "index 5"), "bad proof")
    short = ref.proof_file(3, ref.inclusion(3, hashes)[:-1], cosigned)
    bad("a hash missing", short, "bad proof")
    bad("leading zero", good.replace("index 3", "index 03"), "malformed")
    bad("version 2", good.replace("@v1", "@v2"), "malformed")
    bad("extra empty", good.replace("Y2FzZT00Mg==", ""), "malformed")
    bad("no blank line", good.replace("\n\n" + ORIGIN, "\n" + ORIGIN),
        "malformed")
    bad("trailing garbage", good + "x", "malformed")
    bad("unknown origin", good, "not found",
        policy="log %s\nquorum none\n" % STRANGER.vkey())
    other = ref.Key(ORIGIN, ref.PLAIN, bytes([9] * 32))
    bad("another log of this name", good, "not found",
        policy="log %s\nquorum none\n" % other.vkey())
    bad("cosigned, not signed",
        ref.proof_file(3, ref.inclusion(3, hashes),
                       ref.note(text, [W1.line(text, TIME)])), "not found")
    return {"checked": checked, "refused": refused}


def cose_receipts():
    checked, refused = [], []
    for size, indexes in ((2, (0, 1)), (5, range(5)), (256, (0, 255)),
                          (257, (255, 256))):
        hashes = leaf_hashes(size)
        for index in indexes:
            for algorithm in (-8, -19):
                checked.append({
                    "receipt": ref.cose_receipt(LOG, index, hashes,
                                                algorithm).hex(),
                    "vkey": LOG.vkey(), "leaf": hashes[index].hex(),
                    "algorithm": algorithm, "index": index, "size": size,
                    "path": hexes(ref.inclusion(index, hashes)),
                    "root": ref.root(hashes).hex()})
    hashes = leaf_hashes(5)
    good = ref.cose_receipt(LOG, 3, hashes)

    def bad(what, receipt, code, vkey=LOG.vkey(), leaf=hashes[3]):
        refused.append({"what": what, "receipt": receipt.hex(), "vkey": vkey,
                        "leaf": leaf.hex(), "code": code})

    bad("another leaf", good, "untrusted", leaf=hashes[2])
    bad("another index", ref.cose_receipt(LOG, 2, hashes, path=ref.inclusion(
        3, hashes)), "untrusted")
    bad("a hash missing", ref.cose_receipt(LOG, 3, hashes, path=ref.inclusion(
        3, hashes)[:-1]), "bad proof")
    bad("the only entry of a log",
        ref.cose_receipt(LOG, 0, hashes[:1]), "malformed", leaf=hashes[0])
    bad("algorithm -7", ref.cose_receipt(LOG, 3, hashes, -7), "malformed")
    bad("without its tag", good[1:], "malformed")
    bad("cut off", good[:-1], "malformed")
    bad("trailing garbage", good + b"\x00", "malformed")
    other = ref.Key(ORIGIN, ref.PLAIN, bytes([9] * 32))
    bad("another key of this name", good, "untrusted", other.vkey())
    bad("another log", good, "not found", STRANGER.vkey())
    return {"checked": checked, "refused": refused}


def vrf():
    key = int.from_bytes(bytes(range(0x01, 0x21)), "big")
    other = ecvrf.Q - 1
    made = []
    for secret in (key, other, 1):
        for alpha in (b"", b"\x00", b"sample", bytes(range(256)) * 2):
            proof = ecvrf.prove(secret, alpha)
            made.append({
                "secret": secret.to_bytes(32, "big").hex(),
                "public": ecvrf.public(secret).hex(), "input": alpha.hex(),
                "counter": ecvrf.encode_to_curve(ecvrf.public(secret),
                                                 alpha)[1],
                "proof": proof.hex(), "output": ecvrf.output(proof).hex()})
    good = ecvrf.prove(key, b"sample")
    gamma, c, s = good[:33], good[33:49], int.from_bytes(good[49:], "big")
    refused = []

    def bad(what, proof, code):
        refused.append({"what": what, "proof": proof.hex(), "code": code})
    bad("one byte short", good[:-1], "malformed")
    bad("one byte more", good + b"\x00", "malformed")
    bad("gamma not compressed", b"\x04" + good[1:], "malformed")
    bad("gamma the identity", bytes(33) + good[33:], "malformed")
    x = next(x for x in range(1, 99)
             if not ecvrf.decode(b"\x02" + x.to_bytes(32, "big")))
    bad("gamma not on the curve",
        b"\x02" + x.to_bytes(32, "big") + good[33:], "malformed")
    x = next(x for x in range(99)
             if ecvrf.decode(b"\x02" + x.to_bytes(32, "big")))
    bad("gamma with x >= p",
        b"\x02" + (x + ecvrf.P).to_bytes(32, "big") + good[33:], "malformed")
    bad("gamma of the other sign",
        bytes([gamma[0] ^ 1]) + good[1:], "bad proof")
    bad("s = q", gamma + c + ecvrf.Q.to_bytes(32, "big"), "malformed")
    bad("s the largest", gamma + c + b"\xff" * 32, "malformed")
    bad("s of c and nothing else",
        gamma + c + (int.from_bytes(c, "big") * key % ecvrf.Q).to_bytes(
            32, "big"), "bad proof")
    bad("s one more", gamma + c + ((s + 1) % ecvrf.Q).to_bytes(32, "big"),
        "bad proof")
    bad("c zero, s zero", gamma + bytes(48), "bad proof")
    bad("of another input", ecvrf.prove(key, b"simple"), "bad proof")
    bad("of another key", ecvrf.prove(other, b"sample"), "bad proof")
    handles = []
    for platform, account, number in (
            (b"example", b"https://example.com/users/7", 1),
            (b"example", b"https://example.com/users/7", 2),
            (b"example", b"https://example.com/users/8", 1),
            (b"another.example", b"https://example.com/users/7", 1),
            (b"example", "Zo\u00eb\n".encode(), 2**32 - 1)):
        proof = ecvrf.prove(key, ecvrf.handle_input(platform, account, number))
        handles.append({"platform": platform.decode(),
                        "account": account.hex(), "number": number,
                        "proof": proof.hex(),
                        "handle": ecvrf.output(proof)[:16].hex()})
    keys_refused = [b"", b"\x00", bytes(33), b"\x02" * 32, b"\x04" * 65,
                    b"\x02" + (x + ecvrf.P).to_bytes(32, "big"),
                    b"\x05" + ecvrf.public(key)[1:]]
    return {"proofs": made, "key": key.to_bytes(32, "big").hex(),
            "input": b"sample".hex(), "refused": refused,
            "keys_refused": [k.hex() for k in keys_refused],
            "handles": handles}


FILES = {
    "keys.json": keys, "merkle.json": merkle, "tiles.json": tiles,
    "bundles.json": bundles, "entries.json": entries,
    "checkpoints.json": checkpoints, "notes.json": notes,
    "tlog_proofs.json": proofs, "vrf.json": vrf,
    "cose_receipts.json": cose_receipts,
}


def render(value):
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


def check(folder):
    bad = []
    for name, make in FILES.items():
        path = folder / name
        if not path.exists() or path.read_text() != render(make()):
            bad.append(name)
    bad += [p.name for p in folder.iterdir() if p.name not in FILES]
    for name in bad:
        print("%s differs from what tools/vectors.py makes" % name)
    return 1 if bad else 0


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--check":
        return check(pathlib.Path(arguments[1]))
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        (folder / name).write_text(render(make()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
