#!/usr/bin/env python3
"""Imports a made-up dump of the DSA database into a fresh log, exports it again
and compares; prints time, peak memory and the sizes of the leaves.

  dsa_dump.py BIN_DIR [--rows 1000000] [--schema v1|v2]

BIN_DIR holds modlog and modlogd. A v2 dump is read as it is published, zips in a
zip; a v1 dump is plain. About 6 GB of a temporary folder for a million rows.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

GENERATOR = pathlib.Path(__file__).resolve().parents[1] / "import" / "make_dsa_dump.py"


def run(words, **options):
    """Runs to the end; returns seconds and the peak memory in MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(words, **options)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{words[0]}: exit status {process.returncode}")
    return time.monotonic() - begin, usage.ru_maxrss / 1024


def make(path, *arguments):
    with open(path, "wb") as out:
        run([sys.executable, str(GENERATOR), *arguments], stdout=out)


def leaf_sizes(http):
    """Of every entry, out of the bundles."""
    fetch = lambda path: urllib.request.urlopen(f"http://{http}/{path}").read()
    size = int(fetch("checkpoint").split(b"\n")[1])
    for n in range((size + 255) // 256):
        width = min(256, size - 256 * n)
        name = "/".join(re.findall("...", str(n).zfill(-(-len(str(n)) // 3) * 3)))
        name = re.sub(r"(\d{3})/", r"x\1/", name)
        bundle = fetch(f"tile/entries/{name}" + (f".p/{width}" if width < 256 else ""))
        at = 0
        while at < len(bundle):
            length = int.from_bytes(bundle[at:at + 2], "big")
            yield length
            at += 2 + length


def measure(args, folder):
    log = subprocess.Popen([f"{args.bin}/modlogd", "--data-dir", f"{folder}/data", "--grpc-listen", "127.0.0.1:0",
                            "--http-listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        ready = log.stdout.readline()
        grpc, http = (re.search(name + r"=(\S+)", ready).group(1) for name in ("grpc", "http"))
        modlog = [f"{args.bin}/modlog", "--server", grpc, "--token-file", f"{folder}/data/operator.token"]
        plain, zipped, back = (f"{folder}/{name}" for name in ("dump.csv", "dump.zip", "back.csv"))
        rows = ["--rows", str(args.rows), "--schema", args.schema]
        make(plain, *rows)
        if args.schema == "v2":  # pieces of 100,000 rows, each with its header
            make("/dev/null", *rows, "--zip", zipped)
        source = zipped if args.schema == "v2" else plain
        print(f"{args.rows} rows, schema {args.schema}, {os.path.getsize(plain) / 1e6:.0f} MB of csv", flush=True)
        for what in ("import", "import again"):
            seconds, memory = run([*modlog, "import", "dsa-csv", source, "--platform", "example", "--secret",
                                   f"{folder}/secret"])
            print(f"{what}: {seconds:.1f} s, {args.rows / seconds:.0f} rows/s, peak {memory:.0f} MiB", flush=True)
        seconds, memory = run([*modlog, "export", "--format", "dsa-csv", "--columns",
                               "v1" if args.schema == "v1" else "full", "-o", back])
        print(f"export: {seconds:.1f} s, {args.rows / seconds:.0f} rows/s, peak {memory:.0f} MiB")
        same = subprocess.run(["cmp", plain, back]).returncode == 0
        print("what came out is what went in, byte for byte" if same else "what came out DIFFERS")
        sizes = sorted(leaf_sizes(http))
        print(f"leaves: median {statistics.median(sizes):.0f} bytes, 99 in 100 at most {sizes[len(sizes) * 99 // 100]},"
              f" largest {sizes[-1]}")
        used = sum(f.stat().st_size for f in pathlib.Path(f"{folder}/data").rglob("*") if f.is_file())
        print(f"data directory: {used / args.rows:.0f} bytes a row")
        return 0 if same else 1
    finally:
        log.terminate()
        log.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--schema", choices=["v1", "v2"], default="v2")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(measure(args, folder))


if __name__ == "__main__":
    main()
