#!/usr/bin/env python3
"""Imports made-up files of each source into a fresh log, imports them again, and
appends the same records by `modlog append` to another one; prints what each took.

  import_bench.py BIN_DIR [--source dsa mastodon ozone github] [--records 200000]

BIN_DIR holds modlog and modlogd of a release build. Client and log share the
machine. "CPU" is that of modlog and of modlogd, in microseconds a record.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

GENERATOR = pathlib.Path(__file__).resolve().parents[1] / "import" / "make_dsa_dump.py"
DAY = 86_400
FIRST_DAY = 1_767_225_600  # 2026-01-01


def run(words):
    """Runs to the end; returns seconds, seconds of CPU, the peak memory in MiB, and what was said."""
    begin = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode != 0:
        sys.exit(f"{' '.join(words)}: exit status {process.returncode}\n{text[-2000:]}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text


class Log:
    """A modlogd on loopback with a folder of its own."""

    def __init__(self, binaries, folder):
        self.data = f"{folder}/data"
        self.process = subprocess.Popen(
            [f"{binaries}/modlogd", "--data-dir", self.data, "--grpc-listen", "127.0.0.1:0", "--http-listen",
             "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = self.process.stdout.readline()
        grpc = re.search(r"grpc=(\S+)", ready).group(1)
        self.modlog = [f"{binaries}/modlog", "--server", grpc, "--token-file", f"{self.data}/operator.token"]

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def when(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(FIRST_DAY + seconds))


def make_dsa(folder, count):
    path = f"{folder}/dump.csv"
    with open(path, "wb") as out:
        subprocess.run([sys.executable, str(GENERATOR), "--rows", str(count)], stdout=out, check=True)
    return ["dsa-csv", path]


def make_mastodon(folder, count):
    path = f"{folder}/list.csv"
    with open(path, "w") as out:
        out.write("#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n")
        for i in range(count):
            out.write(f"d{i}.example,{'suspend' if i % 3 else 'silence'},true,false,\"spam, bots\",false\n")
    return ["mastodon", path]


def make_ozone(folder, count):
    """A report, a takedown, an appeal and a reversal of each fourth account's."""
    path = f"{folder}/events.jsonl"
    details = [{"$type": "tools.ozone.moderation.defs#modEventReport",
                "reportType": "com.atproto.moderation.defs#reasonSpam", "comment": "it sends advertisements"},
               {"$type": "tools.ozone.moderation.defs#modEventTakedown"},
               {"$type": "tools.ozone.moderation.defs#modEventReport",
                "reportType": "com.atproto.moderation.defs#reasonAppeal", "comment": "I did nothing"},
               {"$type": "tools.ozone.moderation.defs#modEventReverseTakedown"}]
    with open(path, "w") as out:
        for i in range(count):
            account = f"did:plc:{i // 4:024d}"
            event = {"id": i + 1, "createdAt": when(i), "createdBy": "did:plc:moderator", "event": details[i % 4],
                     "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": account}, "subjectBlobCids": []}
            out.write(json.dumps(event, separators=(",", ":")) + "\n")
    return ["ozone", path]


def make_github(folder, count):
    """A notice is two records."""
    for i in range(count // 2):
        day = time.gmtime(FIRST_DAY - DAY * (1 + i % 2000))
        below = pathlib.Path(f"{folder}/dmca") / time.strftime("%Y/%m", day)
        below.mkdir(parents=True, exist_ok=True)
        (below / f"{time.strftime('%Y-%m-%d', day)}-firm{i}.md").write_text(
            "**What work was allegedly infringed? If possible, please provide a URL:**\n\nOurs.\n\n"
            "**What files should be taken down? Please provide URLs for each file, or if the entire repository, the"
            f" repository's URL:**\n\nhttps://github.com/somebody{i}/copied{i}\n\n"
            "**I swear, under penalty of perjury, that the information in this notification is accurate.**\n")
    return ["github-dmca", f"{folder}/dmca"]


SOURCES = {"dsa": make_dsa, "mastodon": make_mastodon, "ozone": make_ozone, "github": make_github}


def timed(what, log, words, records):
    before = log.cpu()
    seconds, cpu, memory, said = run([*log.modlog, *words])
    print(f"  {what:14} {records / seconds:9,.0f} records/s   CPU {1e6 * cpu / records:5.1f} +"
          f" {1e6 * (log.cpu() - before) / records:5.1f} us   peak {memory:4.0f} MiB", flush=True)
    return said


def measure(args, source):
    with tempfile.TemporaryDirectory() as folder:
        words = SOURCES[source](folder, args.records)
        print(f"{source}: {args.records:,} records", flush=True)
        command = ["import", *words, "--platform", "example", "--secret", f"{folder}/secret"]
        with Log(args.bin, f"{folder}/a") as log:
            said = timed("import", log, command, args.records)
            logged = re.search(r"import: ([\d,]+) entries new", said)
            if not logged or int(logged.group(1).replace(",", "")) != args.records:
                sys.exit(f"not {args.records} entries:\n{said[-2000:]}")
            said = timed("import again", log, command, args.records)
            if "import: 0 entries new" not in said:
                sys.exit(f"the second run added something:\n{said[-2000:]}")
            run([*log.modlog, "export", "--format", "jsonl", "-o", f"{folder}/records.jsonl"])
        with Log(args.bin, f"{folder}/b") as log:
            timed("modlog append", log, ["append", f"{folder}/records.jsonl"], args.records)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("--source", nargs="+", choices=list(SOURCES), default=list(SOURCES))
    parser.add_argument("--records", type=int, default=200_000)
    args = parser.parse_args()
    for source in args.source:
        measure(args, source)


if __name__ == "__main__":
    main()
