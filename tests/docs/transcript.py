#!/usr/bin/env python3
"""What a page shows of a shell is run, top to bottom, in one shell and folder, as a
reader would paste it, against a real log.

  transcript.py PAGE BIN_DIR

  ```sh        each line is run; what it prints is the reader's to see
  ```console   lines that begin with "$ " are run; what follows is what they print,
               where … stands for anything, hashes, times and ports for themselves
               of the day, and a line of … alone for any lines
  $ cat FILE   the file is made of what is shown, as the reader does
  <!-- not run: WHY -->   before a block: it needs what a page cannot bring

modlogd is given free ports, MODLOG_SERVER its address. Exit status 1: a line is not
as the page says; each is printed.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

END = "@@transcript@@"
# Another day has another one.
LIKE = [(r"[0-9a-f]{64}", r"[0-9a-f]{64}"), (r"[0-9a-f]{8}…", r"[0-9a-f]{8}.*"),
        (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)?", r"\\d{4}-\\d\\d-\\d\\d.*"),
        (r"127\.0\.0\.1:\d+", r"127\\.0\\.0\\.1:\\d+"), (r"\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", r"\\+[0-9a-f]{8}\\+\\S+")]


def blocks(page):
    """Yields (language, line number, lines) of what is shown and is to be run."""
    skip, language, shown, begin = False, None, [], 0
    for number, line in enumerate(page.read_text().split("\n"), 1):
        if language is None:
            if line.startswith("<!-- not run:"):
                skip = True
            elif line.startswith("```"):
                language, shown, begin = line[3:], [], number
        elif line.startswith("```"):
            if language in ("sh", "console") and not skip:
                yield language, begin, shown
            language, skip = None, False
        else:
            shown.append(line)


def commands(language, begin, lines):
    """Yields (line number, command, what it prints, or None)."""
    if language == "sh":
        text = "\n".join(lines).replace("\\\n", " ")
        for number, line in enumerate(text.split("\n"), begin + 1):
            if line.strip() and not line.startswith("#"):
                yield number, line, None
        return
    command, at, said = None, 0, []
    for number, line in enumerate(lines, begin + 1):
        if line.startswith("$ "):
            if command is not None:
                yield at, command, said
            command, at, said = line[2:], number, []
        elif command is not None and command.endswith("\\"):
            command += "\n" + line
        else:
            said.append(line)
    if command is not None:
        yield at, command, said


def pattern(line):
    """What a shown line matches."""
    pieces = []
    at = 0
    whole = re.compile("|".join(f"(?P<g{i}>{shown})" for i, (shown, _) in enumerate(LIKE)) + "|(?P<any>…)")
    for match in whole.finditer(line):
        pieces.append(re.escape(line[at:match.start()]))
        name = next(n for n, v in match.groupdict().items() if v is not None and n[0] in "ga")
        pieces.append(".*" if name == "any" else LIKE[int(name[1:])][1].replace("\\\\", "\\"))
        at = match.end()
    return re.compile("".join(pieces) + re.escape(line[at:]) + r"\s*$")


def fits(shown, said):
    """Whether what was said is what is shown."""
    if not shown:
        return True
    if shown[0] == "…":
        return any(fits(shown[1:], said[i:]) for i in range(len(said) + 1))
    return bool(said) and bool(pattern(shown[0]).match(said[0])) and fits(shown[1:], said[1:])


class Shell:
    """One bash, with the programs in its path, in a folder of its own."""

    def __init__(self, folder, binaries):
        self.folder = folder
        environment = dict(os.environ, PATH=f"{binaries}:{os.environ['PATH']}", HOME=folder)
        for name in ("MODLOG_SERVER", "MODLOG_TOKEN_FILE"):
            environment.pop(name, None)
        self.bash = subprocess.Popen(["bash"], cwd=folder, env=environment, stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # What a page starts in the background says so by its first line.
        self.run(r"""modlogd() {
  command modlogd --grpc-listen 127.0.0.1:0 --http-listen 127.0.0.1:0 "$@" >"$HOME/ready" &
  log_pid=$!
  until grep -q ^ready "$HOME/ready"; do kill -0 $log_pid || return 1; sleep 0.05; done
  cat "$HOME/ready"
  export MODLOG_SERVER=$(sed -n 's/.* \?grpc=\([^ ]*\).*/\1/p' "$HOME/ready")
}
trap 'kill $(jobs -p) 2>/dev/null; wait' EXIT""")

    def run(self, command):
        # A server that a page sends into the background stays in this shell.
        command = re.sub(r"^(modlogd .*[^&])&\s*$", r"\1", command, flags=re.M)
        self.bash.stdin.write(f"{command}\necho {END} $?\n")
        self.bash.stdin.flush()
        said = []
        for line in self.bash.stdout:
            if END in line:
                before, status = line.split(END)
                if before:
                    said.append(before)
                return said, int(status)
            said.append(line.rstrip("\n"))
        return said, -1

    def end(self):
        self.bash.stdin.close()
        self.bash.wait()


def main():
    page, binaries = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    faults = ran = 0
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(folder, binaries)
        for language, begin, lines in blocks(page):
            for at, command, shown in commands(language, begin, lines):
                made = re.match(r"cat (\S+)$", command)
                if made and shown and not (pathlib.Path(folder) / made.group(1)).exists():
                    (pathlib.Path(folder) / made.group(1)).write_text("\n".join(shown) + "\n")
                said, status = shell.run(command)
                ran += 1
                wrong = (status != 0 and shown is None) or (shown and not fits(shown, said))
                if wrong or status == -1:
                    faults += 1
                    print(f"{page}:{at}: {command}\n  exit status {status}, said:")
                    print("\n".join("    " + line for line in said))
                if status == -1:
                    sys.exit(1)
        shell.end()
    print(f"{page.name}: {ran} commands, {faults} not as the page says")
    return 1 if faults or ran == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
