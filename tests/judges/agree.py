#!/usr/bin/env python3
"""If this fails, a receipt is true or false by which program one asks.

    agree.py MODLOG_VERIFY [COUNT]

Each case is given to the program modlog-verify and to examples/verify.py; their
exit statuses must be equal, and what a case says it must be. COUNT mutations of
receipts, a quarter as many of copies.
"""
import concurrent.futures
import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile

import cases
from maker import verify

EXTRA = {"audit": ["--first-use", "--integrity-only", "--threads", "1"]}


def write(folder, files):
    for path, data in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)


def ask_program(program, case, folder):
    arguments = [program, *case.command, *EXTRA.get(case.command[0], [])]
    ran = subprocess.run(arguments, cwd=folder, capture_output=True, timeout=240,
                         check=False)
    return ran.returncode, (ran.stdout + ran.stderr).decode("utf-8", "replace")


def ask_second(case, folder):
    """examples/verify.py as a program would run it, in this process."""
    said, before = io.StringIO(), sys.argv
    sys.argv = ["verify.py", *[
        os.path.join(folder, word) if word in case.files or word == "copy" else word
        for word in case.command]]
    try:
        with contextlib.redirect_stdout(said):
            return verify.main(), said.getvalue()
    finally:
        sys.argv = before


def compare(case, folder, asked):
    first, first_said = asked.result()
    second, second_said = ask_second(case, folder)
    shutil.rmtree(folder)
    wanted = first if case.status is None else case.status
    if first == second == wanted and first in (0, 1, 2):
        return first
    print(f"{case.name}: modlog-verify {first}, verify.py {second}, want {wanted}\n"
          f"  {first_said.splitlines()[:1]}\n  {second_said.splitlines()[:1]}")
    return None


def compare_all(program, every, work):
    """The programs run beside the second judge, a few at a time."""
    folders = [os.path.join(work, str(number)) for number in range(len(every))]

    def ask(case, folder):
        write(folder, case.files)
        return ask_program(program, case, folder)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(ask, *pair) for pair in zip(every, folders)]
        return [compare(*triple) for triple in zip(every, folders, asked)]


def compare_bare(program, work):
    wrong = 0
    for kind, lines in cases.bare_lines(3).items():
        path = os.path.join(work, kind)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        ran = subprocess.run([program, kind, path], capture_output=True, text=True,
                             timeout=240, check=False)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), open(path, "rb") as file:
            second = verify.judge_bare_file(kind, file.read())
        words = [[line.partition(":")[0] for line in text.splitlines()]
                 for text in (ran.stdout, said.getvalue())]
        if second != ran.returncode or len(words[0]) != len(words[1]):
            print(f"{kind}: {ran.returncode} and {second}, of lines "
                  f"{len(words[0])} and {len(words[1])}, {ran.stderr}")
            wrong += 1
        for line, first, other in zip(lines, *words):
            if first != other:
                print(f"{kind}: modlog-verify {first}, verify.py {other}: {line!r}")
                wrong += 1
        print(f"{len(lines)} bare {kind} proofs, of which "
              f"{words[0].count('true')} true, {words[0].count('false')} false")
    return wrong


def wrong_messages():
    """Where the table in verify.py is not what proto/ says."""
    names = {"BulkCorrection": "Bulk", "StatsCell": "Cell"}
    forms = {"uint32": "u", "uint64": "U", "bytes": "b", "string": "s",
             "bool": "B"}
    path = os.path.join(cases.maker.HERE, "..", "..", "proto", "modlog", "v1",
                        "action.proto")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    codes = set(re.findall(r"^enum (\w+)", text, re.M))
    said = {}
    for name, body in re.findall(r"^message (\w+) {(.*?)^}", text, re.M | re.S):
        said[names.get(name, name)] = {
            int(number): ("e" if kind in codes else forms.get(
                kind, names.get(kind, kind))) + ("+" if many else "")
            for many, kind, number in re.findall(
                r"^  (repeated )?(\w+) \w+ = (\d+);", body, re.M)}
    wrong = [name for name in said.keys() | verify.MESSAGES.keys()
             if said.get(name) != verify.MESSAGES.get(name)]
    for name in wrong:
        print(f"MESSAGES of verify.py: {name} is not what action.proto says")
    return len(wrong)


def main(program, count=400):
    work = tempfile.mkdtemp()
    try:
        every = cases.everything(int(count))
        answers = compare_all(program, every, work)
        wrong = (answers.count(None) + compare_bare(program, work)
                 + wrong_messages())
    finally:
        shutil.rmtree(work)
    print(f"{len(every)} cases: " + ", ".join(
        f"{answers.count(status)} with status {status}" for status in (0, 1, 2)))
    if wrong:
        print(f"the judges differ on {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
