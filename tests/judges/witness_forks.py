#!/usr/bin/env python3
"""If this fails, a log that shows two histories gets them witnessed, or what the
witness kept of it convinces nobody.

    witness_forks.py MODLOG_WITNESS MODLOG_VERIFY

Fifty logs, each forked at a random place and shown to modlog-witness at two
random sizes: every second history is refused, and what is kept as evidence is
judged by modlog-verify and by examples/verify.py.
"""
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import cases
from agree import ask_program, ask_second
from maker import Signer, note, policy, verify, checkpoint

COUNT = 50


def submit(address, old, proof, of_note):
    lines = [f"old {old}"] + [verify.format_base64(h) for h in proof]
    body = "\n".join(lines).encode() + b"\n\n" + of_note
    request = urllib.request.Request(address + "/add-checkpoint", data=body)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def signed(key, log, size):
    text = checkpoint(size, log.root(0, size), key.name)
    return note(text, key.line(text))


def expected(smaller, larger):
    """RFC 6962's proof, as the log sent it, lacks the root at a power of two."""
    alone = smaller == larger or smaller & (smaller - 1)
    return 0 if alone else 1


def judge(folder, evidence, trust, programs):
    files = {"policy": trust, "evidence": evidence}
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    case = cases.Case("kept", ["fork", "evidence", "--policy", "policy"], files)
    return ask_program(programs[1], case, folder)[0], ask_second(case, folder)[0]


def evidence_of(folder, key):
    stem = verify.sha256(key.name.encode()).hex()
    kept = [name for name in os.listdir(folder) if name.startswith(stem)]
    if len(kept) != 1:
        sys.exit(f"{len(kept)} files of evidence about {key.name}, want 1: {kept}")
    with open(os.path.join(folder, kept[0]), "rb") as file:
        return file.read()


def show_both(address, key, fork):
    smaller, larger, _, one, other = fork
    first = submit(address, 0, [], signed(key, one, smaller))
    second = submit(address, smaller, other.consistency(smaller, 0, larger),
                    signed(key, other, larger))
    if (first, second) != (200, 422):
        sys.exit(f"{smaller}, {larger}: {first} and {second}, want 200 and 422")


def check(address, work, keys, forks, programs):
    statuses = []
    for key, fork in zip(keys, forks):
        show_both(address, key, fork)
        trust = policy(f"log {key.vkey()}", "quorum none")
        kept = evidence_of(os.path.join(work, "w", "evidence"), key)
        said, want = judge(work, kept, trust, programs), expected(*fork[:2])
        if said != (want, want):
            sys.exit(f"{fork[:2]}: modlog-verify and verify.py say {said}, want {want}")
        statuses.append(want)
    print(f"{len(statuses)} forks refused; of what was kept, "
          f"{statuses.count(0)} prove the fork by themselves")


def main(*programs):
    forks = list(cases.forked(11, COUNT))
    keys = [Signer(f"log.example/{i}", verify.PLAIN, 100 + i) for i in range(COUNT)]
    with tempfile.TemporaryDirectory() as work:
        arguments = [programs[0], "--data-dir", os.path.join(work, "w"), "--listen",
                     "127.0.0.1:0", "--name", "localhost/w", "--rate", "0"]
        for key in keys:
            arguments += ["--log", key.vkey()]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as witness:
            try:
                ready = witness.stdout.readline().split()
                if len(ready) != 3:
                    sys.exit(f"the witness did not start: {ready}")
                check("http://" + ready[1].removeprefix("http="), work, keys, forks,
                      programs)
            finally:
                witness.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
