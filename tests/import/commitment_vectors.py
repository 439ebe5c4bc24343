#!/usr/bin/env python3
"""Prints the vectors of commitment_test.cc, from the comment in
verifier/core/commitment.h and Python's own hmac and hashlib alone."""
import hashlib
import hmac

SUBJECT, PLATFORM, PUBLIC = 1, 2, 3


def sha256(data):
    return hashlib.sha256(data).digest()


def hkdf(secret, info):
    prk = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()


def secrets(p, s, platform, puid):
    scope = platform + b"\0" + puid
    keys = {
        SUBJECT: hkdf(p + s, b"modlog/key/v1" + bytes([SUBJECT]) + platform),
        PLATFORM: hkdf(p, b"modlog/key/v1" + bytes([PLATFORM]) + scope),
        PUBLIC: hkdf(p, b"modlog/key/v1" + bytes([PUBLIC]) + scope),
    }
    return {x: hkdf(k, b"modlog/rec/v1" + bytes([x]) + puid)
            for x, k in keys.items()}


def commit(tag, salt, value):
    return sha256(b"modlog/commit/v1\0" + bytes([tag]) + salt +
                  len(value).to_bytes(8, "big") + value)


def targets_root(secret, targets):
    entries = sorted({commit(9, hkdf(secret[PLATFORM],
                                     b"modlog/target/v1" + sha256(t)), t)
                      for t in targets})

    def root(part):
        if len(part) == 1:
            return sha256(b"\0" + part[0])
        k = 1
        while k * 2 < len(part):
            k *= 2
        return sha256(b"\1" + root(part[:k]) + root(part[k:]))

    return root(entries)


def slots(secret, parts):
    out = []
    for t in range(1, 25):
        if t in parts:
            x, value = parts[t]
            salt = hkdf(secret[x], b"modlog/salt/v1" + bytes([t]))
            out.append(commit(t, salt, value))
        else:
            out.append(hkdf(secret[PLATFORM], b"modlog/filler/v1" + bytes([t])))
    return out


def record(c):
    return sha256(b"modlog/record/v1\0" + b"".join(c))


def show(name, data):
    print(f"{name:22} {data.hex()}")


p = bytes(range(32))
s = bytes(range(100, 132))
names = {SUBJECT: "subject", PLATFORM: "platform", PUBLIC: "open"}
for label, key in (("", b""), ("keyed ", s)):
    for x, value in secrets(p, key, b"example", b"case-1").items():
        show(label + names[x], value)
own = secrets(p, b"", b"example", b"case-1")
targets = [b"github:owner/%d" % i for i in range(5)]
show("root of 5", targets_root(own, targets))
show("root of 1", targets_root(own, targets[:1]))
show("no part", record(slots(own, {})))
full = slots(own, {
    1: (SUBJECT, b"acct:someone@example.org"),
    3: (PUBLIC, "facts, with an é".encode()),
    9: (SUBJECT, targets_root(own, targets)),
    10: (PLATFORM, b""),
    21: (PUBLIC, b"x" * 100000),
})
show("slot 3", full[2])
show("slot 10, empty value", full[9])
show("slot 24, filler", full[23])
show("five parts", record(full))
