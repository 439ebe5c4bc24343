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

# The rooms, from the bottom up: a file includes its own room and those before
# it, never one above. design.md, "Folders and rules".
FLOORS = """
verifier/core verifier/base verifier/source verifier/replay verifier/receipt
verifier/evidence verifier/rules verifier/audit verifier/mirror verifier/watch
verifier/witness verifier/commands
log/rules log/store log/tree log/records log/payload log/write log
api/keys api/witnessing api/server
api/import/input api/import api/import/dsa api/import/github api/import/git
api/import/mastodon api/import/ozone api/export
api/client api/tool api/tool/handles api/tool/copy api/tool/bench
api/tool/commands api/tool/commands/import api/tool/commands/compare
""".split()
# The longest prefix of a file -> what it may include besides: of the project and
# of libraries, as prefixes. The C and C++ library is free to all.
STANDARD = re.compile(r"^[a-z_0-9]+$|^(sys|netinet|arpa|linux)/|^[a-z_0-9]+\.h$")
PROTOCOL = ("modlog/v1/action.pb.h", "modlog/v1/entry.pb.h", "modlog/v1/payload.pb.h",
            "google/protobuf/")
BELOW = ("verifier/core/", "verifier/base/")
LIBRARIES = {
    "verifier/core/": ("verifier/core/", "openssl/"),
    "verifier/base/": BELOW + ("absl/base/", "nlohmann/"),
    "verifier/": ("verifier/", "openssl/", "curl/", "nlohmann/", "CLI/") + PROTOCOL,
    "log/": ("log/", "absl/") + BELOW + PROTOCOL,
    "log/store/rocksdb_store.cc": ("log/", "absl/", "rocksdb/") + BELOW,
    "log/payload/payload_cipher": ("log/", "openssl/") + BELOW,
    "api/import/": ("api/import/", "log/rules/code_lists.h", "log/rules/dsa_lists.h", "absl/",
                    "openssl/", "nlohmann/", "google/protobuf/", "modlog/v1/") + BELOW,
}
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
    room = str(pathlib.PurePath(name).parent)
    ours = room.startswith(("verifier", "log", "api"))
    if ours and room not in FLOORS:
        fault(path, 1, f"{room} has no floor: tests/tidy/tidy.py, FLOORS")
        return
    prefix = max((p for p in LIBRARIES if name.startswith(p)), key=len, default=None)
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if not match:
            continue
        included = match.group(1)
        for forbidding, forbidden in FORBIDDEN:
            if name.startswith(forbidding) and included.startswith(forbidden):
                fault(path, number, f"{forbidding} must not include {included}")
        of_project = included.split("/")[0] in ("verifier", "log", "api", "tests", "modlog")
        if STANDARD.match(included) and not of_project:
            continue
        if prefix and not included.startswith(LIBRARIES[prefix]):
            fault(path, number, f"must not include {included}: design.md, Folders and rules")
        below = str(pathlib.PurePath(included).parent)
        if ours and below in FLOORS and FLOORS.index(below) > FLOORS.index(room):
            fault(path, number, f"includes upwards: {included}")


def check_names(paths):
    """Two headers of one name in one namespace are one idea too many."""
    seen = {}
    for path in paths:
        name = str(path.relative_to(ROOT))
        if path.suffix == ".h" and name.startswith(("verifier/", "log/", "api/")):
            twin = seen.setdefault(path.name, name)
            if twin != name:
                fault(path, 1, f"is named like {twin}")


def check_unfinished(path, lines):
    words = "|".join(["FIX" + "ME", "X" * 3, "HA" + "CK"])
    for number, line in enumerate(lines, 1):
        if re.search(rf"\b({words})\b", line) or re.search(r"\bTO" + r"DO(?!\(#\d+\))", line):
            fault(path, number, "unfinished business needs an issue number")
        if re.search(r"(?<![\w.])/(work|root|home)/[a-z]", line):
            fault(path, number, "a path of one machine")


def check_width(path, lines):
    """Prose is wrapped at 100; tables, figures and what is shown of programs are not."""
    shown = False
    for number, line in enumerate(lines, 1):
        shown ^= line.lstrip().startswith("```")
        prose = not shown and not line.startswith(("|", "    ", "#", "```"))
        if prose and len(line) > 100 and " " in line.strip()[1:60]:
            fault(path, number, f"{len(line)} characters, want at most 100")


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
        if path.suffix == ".md":
            check_width(path, lines)
        if not name.startswith("tests/tidy/"):
            check_unfinished(path, lines)
    check_names(cpp)
    check_invariants(texts)
    check_format(cpp)
    for line in faults:
        print(line)
    print(f"tidy: {len(texts)} files, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
