#!/usr/bin/env python3
"""If this fails, a log that shows two histories gets them witnessed, or what the
witness kept of it convinces nobody.

    witness_forks.py MODLOG_WITNESS MODLOG_VERIFY

Fifty logs, each forked at a random place and shown to modlog-witness at two
random sizes: every second history is refused, and what is kept as evidence is
judged by modlog-verify and by examples/verify.py.

`modlog-verify watch` finds each of them, too: who is shown the second history
alone finds it by what the witness says, and who saw the first one by what they
remember. The evidence that it keeps always proves the fork, to both judges.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import cases
from agree import ask_program, ask_second, write
from maker import Log, Signer, note, policy, verify, checkpoint

COUNT = 50


def submit(address, old, proof, of_note):
    lines = [f"old {old}"] + [verify.format_base64(h) for h in proof]
    body = "\n".join(lines).encode() + b"\n\n" + of_note
    request = urllib.request.Request(address + "/add-checkpoint", data=body)
    try:
        with urllib.request.urlopen(request, timeout=240) as answer:
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


def serve(folder, key, log, size):
    """What the log shows to the one who looks into this folder."""
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, Log(log.entries[:size]).files(signed(key, log, size)))


def watch(work, trust, *more):
    with open(os.path.join(work, "policy"), "wb") as file:
        file.write(trust)
    return subprocess.run(
        [*more, "watch", "log", "--policy", "policy", "--state", "state", "--first-use",
         "--integrity-only", "--once", "--interval", "1"],
        cwd=work, capture_output=True, text=True, timeout=240, check=False)


def found_by_watch(work, trust, programs, where):
    ran = watch(work, trust, programs[1])
    kept = os.listdir(os.path.join(work, "state", "evidence"))
    if ran.returncode != 1 or len(kept) != 1:
        sys.exit(f"{where}: watch says {ran.returncode}, want 1, and keeps {kept}:\n"
                 f"{ran.stdout}{ran.stderr}")
    with open(os.path.join(work, "state", "evidence", kept[0]), "rb") as file:
        said = judge(work, file.read(), trust, programs)
    if said != (0, 0):
        sys.exit(f"{where}: of what watch kept, modlog-verify and verify.py say {said}")
    shutil.rmtree(os.path.join(work, "state"))


def check_watch(work, trust, with_witness, key, fork, programs):
    smaller, larger, _, one, other = fork
    log = os.path.join(work, "log")
    serve(log, key, other, larger)
    found_by_watch(work, with_witness, programs, f"{fork[:2]}, by the witness")
    serve(log, key, one, smaller)
    if (ran := watch(work, trust, programs[1])).returncode != 0:
        sys.exit(f"{fork[:2]}: the first history is not taken:\n{ran.stdout}{ran.stderr}")
    serve(log, key, other, larger)
    found_by_watch(work, trust, programs, f"{fork[:2]}, by what was seen before")


def check(address, vkey, work, keys, forks, programs):
    statuses = []
    for key, fork in zip(keys, forks):
        show_both(address, key, fork)
        trust = policy(f"log {key.vkey()}", "quorum none")
        check_watch(work, trust, policy(f"log {key.vkey()}", f"witness w {vkey} {address}",
                                        "quorum none"), key, fork, programs)
        kept = evidence_of(os.path.join(work, "w", "evidence"), key)
        said, want = judge(work, kept, trust, programs), expected(*fork[:2])
        if said != (want, want):
            sys.exit(f"{fork[:2]}: modlog-verify and verify.py say {said}, want {want}")
        statuses.append(want)
    print(f"{len(statuses)} forks refused; of what was kept, "
          f"{statuses.count(0)} prove the fork by themselves; each found by watch, twice")


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
                check("http://" + ready[1].removeprefix("http="),
                      ready[2].removeprefix("vkey="), work, keys, forks, programs)
            finally:
                witness.terminate()


if __name__ == "__main__":
    main(*sys.argv[1:])
