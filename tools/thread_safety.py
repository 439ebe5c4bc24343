#!/usr/bin/env python3
"""Clang reads every file of log/, verifier/ and api/ by itself, syntax alone, with
-Wthread-safety: locks that an annotation asks for and a path forgets, and files
that compile only because another one stands before them in a unity build.

  thread_safety.py BUILD_DIR [FILE…]

BUILD_DIR is one that was built (its generated messages are read), with any
compiler. Without FILE all are read. Prints what clang says; exit 1 if anything.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CLANG = "clang++-19"


def command(build, path):
    defines = ['-DMODLOG_VERSION="0"']
    return [CLANG, "-std=c++23", "-fsyntax-only", "-Werror", "-Wall", "-Wextra", "-Wthread-safety",
            "-Wno-deprecated-declarations", "-I", str(ROOT), "-isystem", str(build / "proto"),
            *defines, str(path)]


def check(build, path):
    run = subprocess.run(command(build, path), capture_output=True, text=True)
    return run.returncode, run.stderr


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:] or subprocess.run(
        ["git", "ls-files", "log/*.cc", "verifier/*.cc", "api/*.cc"], cwd=ROOT, check=True,
        capture_output=True, text=True).stdout.split()
    faults = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for status, said in pool.map(lambda name: check(build, ROOT / name), names):
            if status != 0:
                faults += 1
                print(said)
    print(f"thread safety: {len(names)} files, {faults} with faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
