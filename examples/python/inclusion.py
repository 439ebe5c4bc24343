"""Whether an entry is in a log: RFC 6962 with SHA-256, trusting no server."""
import base64
import hashlib


def leaf_bytes(entry_header, action):
    """The entry, put together from the answer's header and one's own bytes."""
    size, varint = len(action), bytearray()
    while size >= 0x80:
        varint.append(size & 0x7f | 0x80)
        size >>= 7
    varint.append(size)
    return entry_header + b"\x7a" + bytes(varint) + action


def root_from(leaf, index, size, path):
    """The root that a path leads to (RFC 9162, 2.1.3.2); None if it cannot."""
    node, last = index, size - 1
    if not 0 <= node <= last:
        return None
    found = hashlib.sha256(b"\x00" + leaf).digest()
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            found = hashlib.sha256(b"\x01" + sibling + found).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + sibling).digest()
        node, last = node >> 1, last >> 1
    return found if last == 0 else None


def is_included(leaf, index, path, checkpoint):
    """Not whether the log signed the checkpoint: modlog-verify checks that."""
    _, size, root = checkpoint.split("\n")[:3]
    return root_from(leaf, index, int(size), path) == base64.b64decode(root)


def read_proof(text):
    """Index, path and checkpoint of a c2sp.org/tlog-proof@v1."""
    head, checkpoint = text.split("\n\n", 1)
    lines = [line for line in head.split("\n")[1:]
             if not line.startswith("extra ")]
    path = [base64.b64decode(line) for line in lines[1:]]
    return int(lines[0].removeprefix("index ")), path, checkpoint
