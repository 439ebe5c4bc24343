#!/usr/bin/env python3
"""check.py VECTORS: the Python runtime writes canonical actions.

With --write it fills in the bytes, which the other runtimes must then agree
with. The generated module modlog.v1.action_pb2 must be on PYTHONPATH.
"""
import json
import sys

from google.protobuf import json_format
from modlog.v1 import action_pb2


def encode(fields):
    action = json_format.ParseDict(fields, action_pb2.Action())
    return action.SerializeToString(deterministic=True).hex()


def write(path, vectors):
    for vector in vectors["canonical"]:
        vector["hex"] = encode(vector["action"])

    def lines(items):
        return ",\n".join("    " + json.dumps(item) for item in items)

    body = ",\n".join(f'  "{name}": [\n{lines(items)}\n  ]'
                      for name, items in vectors.items())
    with open(path, "w", encoding="ascii") as file:
        file.write("{\n" + body + "\n}\n")


def main(path, *flags):
    with open(path, encoding="ascii") as file:
        vectors = json.load(file)
    if "--write" in flags:
        write(path, vectors)
        return 0
    failed = 0
    for vector in vectors["canonical"]:
        got = encode(vector["action"])
        if got != vector["hex"]:
            failed += 1
            print(f"{vector['name']}: got {got}, want {vector['hex']}")
    print(f"python: {len(vectors['canonical'])} actions, {failed} not canonical")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
