// Whether an entry is in a log: RFC 6962 with SHA-256, trusting no server.
// Indexes and sizes are BigInt.
'use strict';

const {createHash} = require('crypto');

function hashOf(prefix, ...parts) {
  return createHash('sha256')
      .update(Buffer.concat([Buffer.of(prefix), ...parts])).digest();
}

// The entry, put together from the answer's header and one's own bytes.
function leafBytes(entryHeader, action) {
  const varint = [];
  let size = action.length;
  for (; size >= 0x80; size >>= 7) varint.push(size & 0x7f | 0x80);
  return Buffer.concat([entryHeader, Buffer.of(0x7a, ...varint, size), action]);
}

// The root that a path leads to (RFC 9162, 2.1.3.2); null if it cannot.
function rootFrom(leaf, index, size, path) {
  if (index >= size) return null;
  let node = index;
  let last = size - 1n;
  let found = hashOf(0, leaf);
  for (const sibling of path) {
    if (last === 0n) return null;
    if (node & 1n || node === last) {
      found = hashOf(1, sibling, found);
      for (; node !== 0n && !(node & 1n); node >>= 1n) last >>= 1n;
    } else {
      found = hashOf(1, found, sibling);
    }
    node >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? found : null;
}

// Not whether the log signed the checkpoint: modlog-verify checks that.
function isIncluded(leaf, index, path, checkpoint) {
  const [, size, root] = checkpoint.split('\n');
  const found = rootFrom(leaf, index, BigInt(size), path);
  return found !== null && found.equals(Buffer.from(root, 'base64'));
}

// Index, path and checkpoint of a c2sp.org/tlog-proof@v1.
function readProof(text) {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, end).split('\n').slice(1)
      .filter((line) => !line.startsWith('extra '));
  return {
    index: BigInt(lines[0].replace(/^index /, '')),
    path: lines.slice(1).map((line) => Buffer.from(line, 'base64')),
    checkpoint: text.slice(end + 2),
  };
}

module.exports = {isIncluded, leafBytes, readProof};
