#!/usr/bin/env python3
"""The repository itself as a test: who may include whom, invariants that are
stated, cited and attacked, no unfinished business, one formatting.

  tidy.py [ROOT]      prints each fault as FILE:LINE: what; exit 1 if any
"""

import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()

# Folder -> what its files may include of the project and of libraries, as
# prefixes; design.md, "Folders and rules". The C and C++ library is free to all.
STANDARD = re.compile(r"^[a-z_0-9]+$|^(sys|netinet|arpa|linux)/|^[a-z_0-9]+\.h$")
PROTOCOL = ("modlog/v1/action.pb.h", "modlog/v1/entry.pb.h")
RULES = [
    ("verifier/core/", ("verifier/core/", "openssl/")),
    ("verifier/base/", ("verifier/core/", "verifier/base/", "absl/base/", "nlohmann/")),
    ("verifier/", ("verifier/", "openssl/", "curl/", "nlohmann/", "CLI/",
                   "google/protobuf/") + PROTOCOL
     + ("modlog/v1/payload.pb.h",)),
    ("log/store/rocksdb_store.cc", ("log/", "verifier/core/", "verifier/base/", "rocksdb/",
                                    "absl/")),
    ("log/payload/payload_cipher", ("log/", "verifier/core/", "openssl/")),
    ("log/", ("log/", "verifier/core/", "verifier/base/", "absl/", "google/protobuf/",
              "modlog/v1/payload.pb.h") + PROTOCOL),
    ("api/import/", ("api/import/", "verifier/core/", "verifier/base/", "absl/", "openssl/", "nlohmann/",
                     "google/protobuf/", "modlog/v1/",
                     "log/rules/code_lists.h",
                     "log/rules/dsa_lists.h")),
]
FORBIDDEN = [("api/", "rocksdb/"), ("verifier/", "grpc"), ("log/", "grpc"),
             ("api/client/", "log/"), ("api/tool/", "log/")]

faults = []


def fault(path, line, what):
    faults.append(f"{path.relative_to(ROOT)}:{line}: {what}")


def sources():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        names = listed.stdout.split("\n")
    else:
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if "build" not in p.parts]
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def check_includes(path, lines):
    name = str(path.relative_to(ROOT))
    rule = next((allowed for prefix, allowed in RULES if name.startswith(prefix)), None)
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if not match:
            continue
        included = match.group(1)
        for prefix, forbidden in FORBIDDEN:
            if name.startswith(prefix) and included.startswith(forbidden):
                fault(path, number, f"{prefix} must not include {included}")
        project = included.split("/")[0] in ("verifier", "log", "api", "tests", "modlog")
        if rule is None or (STANDARD.match(included) and not project):
            continue
        if not included.startswith(rule):
            fault(path, number, f"must not include {included}: design.md, Folders and rules")


def check_unfinished(path, lines):
    words = "|".join(["FIX" + "ME", "X" * 3, "HA" + "CK"])
    for number, line in enumerate(lines, 1):
        if re.search(rf"\b({words})\b", line) or re.search(r"\bTO" + r"DO(?!\(#\d+\))", line):
            fault(path, number, "unfinished business needs an issue number")
        if re.search(r"(?<![\w.])/(work|root|home)/[a-z]", line):
            fault(path, number, "a path of one machine")


def check_invariants(texts):
    design = (ROOT / "docs/design.md").read_text()
    for number in range(1, 11):
        invariant = rf"\bI{number}\b"
        cited = any(re.search(invariant, text) for name, text in texts.items()
                    if name.startswith(("log/", "verifier/", "api/")))
        attacked = any(re.search(invariant, text) for name, text in texts.items()
                       if name.startswith("tests/") and not name.startswith("tests/tidy/"))
        for where, found in (("stated in docs/design.md", re.search(invariant, design)),
                             ("cited in code", cited), ("attacked by name in tests", attacked)):
            if not found:
                faults.append(f"I{number} is not {where}")


def check_format(paths):
    formatter = shutil.which("clang-format-19")
    if formatter is None:
        print("clang-format-19 is not installed: formatting not checked")
        return
    run = subprocess.run([formatter, "--dry-run", "-Werror", "--style=file", *map(str, paths)],
                         cwd=ROOT, capture_output=True, text=True)
    for line in run.stderr.split("\n"):
        match = re.match(r"(\S+):(\d+):\d+: error: code should be clang-formatted", line)
        if match:
            fault(pathlib.Path(match.group(1)), match.group(2), "not formatted as .clang-format says")


def main():
    texts = {}
    cpp = []
    for path in sources():
        if path.suffix not in (".cc", ".h", ".py", ".sh", ".proto", ".md", ".txt", ".cmake"):
            continue
        text = path.read_text(errors="replace")
        lines = text.split("\n")
        name = str(path.relative_to(ROOT))
        texts[name] = text
        if path.suffix in (".cc", ".h"):
            cpp.append(path)
            check_includes(path, lines)
        if not name.startswith("tests/tidy/"):
            check_unfinished(path, lines)
    check_invariants(texts)
    check_format(cpp)
    for line in faults:
        print(line)
    print(f"tidy: {len(texts)} files, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
