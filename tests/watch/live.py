#!/usr/bin/env python3
"""If this fails, watching works on files made by tests and not on a real log.

    live.py BIN            where modlogd, modlog, modlog-verify, modlog-witness are

A modlogd under two witnesses grows while somebody watches it. Then its operator
brings back an old data directory, and writes another history behind it: who has
watched finds it, and so does who never saw the log before, by the witnesses.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ORIGIN = "live.example/log"


class Program:
    """A server that prints a line `ready key=value …` and is ended with SIGTERM."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        words = self.process.stdout.readline().split()
        self.ready = dict(word.split("=", 1) for word in words[1:])
        if not self.ready:
            self.end()
            sys.exit(f"{arguments[0]} did not start")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=240)
        self.process.stdout.close()


class Bench:
    def __init__(self, binaries, work):
        self.binaries, self.work, self.servers = binaries, work, []

    def path(self, name):
        return os.path.join(self.work, name)

    def start(self, name, *arguments):
        server = Program(os.path.join(self.binaries, name), *arguments)
        self.servers.append(server)
        return server

    def end(self, server):
        self.servers.remove(server)
        server.end()

    def log(self, *more):
        return self.start("modlogd", "--data-dir", self.path("data"), "--grpc-listen",
                          "127.0.0.1:0", "--http-listen", "127.0.0.1:0", *more)

    def append(self, log, prefix, count):
        path = self.path("entries.jsonl")
        with open(path, "w", encoding="ascii") as file:
            for number in range(count):
                file.write(json.dumps({
                    "kind": "KIND_NOTICE_RECEIVED", "puid": f"{prefix}-{number}",
                    "taxonomy": 202507, "source_type": "SOURCE_TYPE_ARTICLE_16",
                    "subject_kind": "SUBJECT_KIND_ITEM"}) + "\n")
        subprocess.run([os.path.join(self.binaries, "modlog"), "--server",
                        log.ready["grpc"], "append", "--platform", "example", path],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=240)

    def wait_for(self, log, size):
        """Until the log publishes so much; it waits for its witnesses."""
        for _ in range(4_000):
            with urllib.request.urlopen(f"http://{log.ready['http']}/checkpoint",
                                        timeout=240) as answer:
                if int(answer.read().split(b"\n")[1]) == size:
                    return
            time.sleep(0.05)
        sys.exit(f"the log does not publish size {size}")

    def verify(self, *arguments):
        return subprocess.run([os.path.join(self.binaries, "modlog-verify"), *arguments],
                              capture_output=True, text=True, timeout=240, check=False)

    def watch(self, log, state, want, *more):
        """The last look of `watch --once`, which must have this status."""
        ran = self.verify("watch", f"http://{log.ready['http']}/", "--policy",
                          self.path("policy"), "--state", self.path(state), "--once",
                          "--interval", "1", "--first-use", "--json", *more)
        if ran.returncode != want:
            sys.exit(f"watch says {ran.returncode}, want {want}:\n{ran.stdout}{ran.stderr}")
        return json.loads(ran.stdout.splitlines()[-1])

    def judged(self, state):
        """What `fork` says of the newest evidence."""
        folder = os.path.join(self.path(state), "evidence")
        newest = max((os.path.join(folder, name) for name in os.listdir(folder)),
                     key=os.path.getmtime)
        return self.verify("fork", newest, "--policy", self.path("policy")).returncode


def want(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got}, want {wanted}")


def policy_of(vkey, witnesses):
    lines = [f"log {vkey}"]
    for number, witness in enumerate(witnesses):
        lines.append(f"witness w{number} {witness.ready['vkey']} "
                     f"http://{witness.ready['http']}/")
    return "\n".join([*lines, "group both all w0 w1", "quorum both", ""])


def states(look):
    return [peer["state"] for peer in look["peers"]]


def run(bench):
    log = bench.log("--origin", ORIGIN)  # makes the key, which the witnesses need
    vkey = log.ready["vkey"]
    bench.end(log)
    witnesses = [
        bench.start("modlog-witness", "--data-dir", bench.path(name), "--listen",
                    "127.0.0.1:0", "--name", f"witness.example/{name}", "--log", vkey)
        for name in ("w0", "w1")]
    with open(bench.path("policy"), "w", encoding="utf-8") as file:
        file.write(policy_of(vkey, witnesses))

    log = bench.log("--policy", bench.path("policy"))
    bench.append(log, "a", 300)
    bench.wait_for(log, 300)
    look = bench.watch(log, "state", 0)
    want("states", states(look), ["agrees", "agrees"])
    want("the whole log", look["whole_log"], True)
    bench.end(log)
    shutil.copytree(bench.path("data"), bench.path("backup"))

    log = bench.log("--policy", bench.path("policy"))
    bench.append(log, "b", 100)
    bench.wait_for(log, 400)
    look = bench.watch(log, "state", 0, "--publish", bench.path("web"))
    want("sizes", (look["size_before"], look["size"]), (300, 400))
    want("new entries", look["entries_checked"], 100)
    bench.end(log)

    # The old directory comes back, and the log does not ask its witnesses.
    shutil.rmtree(bench.path("data"))
    os.rename(bench.path("backup"), bench.path("data"))
    log = bench.log()
    look = bench.watch(log, "state", 1)
    want("the log is behind", look["problems"][-1]["verdict"], "false")
    want("a rollback proves no fork", bench.judged("state"), 1)
    look = bench.watch(log, "new", 1)  # who never saw it: by the witnesses alone
    want("states", states(look), ["ahead", "ahead"])

    # Another history grows behind it.
    bench.append(log, "c", 200)
    bench.wait_for(log, 500)
    look = bench.watch(log, "state", 1)
    want("a fork", bench.judged("state"), 0)
    look = bench.watch(log, "newer", 1, "--gossip", bench.path("web"))
    want("states", states(look), ["contradicts"] * 3)
    want("a fork, by the witnesses", bench.judged("newer"), 0)
    print("a rollback and a fork of a real log are found, with state and without")


def main(binaries):
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(binaries, work)
        try:
            run(bench)
        finally:
            for server in list(bench.servers):
                bench.end(server)


if __name__ == "__main__":
    main(*sys.argv[1:])
