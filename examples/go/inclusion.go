package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
	"strings"
)

// leafBytes is the entry, put together from the answer's header and one's own
// bytes.
func leafBytes(entryHeader, action []byte) []byte {
	leaf := append(bytes.Clone(entryHeader), 0x7a)
	leaf = binary.AppendUvarint(leaf, uint64(len(action)))
	return append(leaf, action...)
}

func hashOf(prefix byte, parts ...[]byte) []byte {
	hash := sha256.New()
	hash.Write([]byte{prefix})
	for _, part := range parts {
		hash.Write(part)
	}
	return hash.Sum(nil)
}

// rootFrom is the root that a path leads to (RFC 6962 with SHA-256, by
// RFC 9162, 2.1.3.2); nil if it cannot.
func rootFrom(leaf []byte, index, size uint64, path [][]byte) []byte {
	if index >= size {
		return nil
	}
	node, last := index, size-1
	found := hashOf(0, leaf)
	for _, sibling := range path {
		if last == 0 {
			return nil
		}
		if node&1 == 1 || node == last {
			found = hashOf(1, sibling, found)
			for node != 0 && node&1 == 0 {
				node, last = node>>1, last>>1
			}
		} else {
			found = hashOf(1, found, sibling)
		}
		node, last = node>>1, last>>1
	}
	if last != 0 {
		return nil
	}
	return found
}

// isIncluded does not ask whether the log signed the checkpoint: modlog-verify
// checks that.
func isIncluded(leaf []byte, index uint64, path [][]byte, checkpoint string) bool {
	lines := strings.Split(checkpoint, "\n")
	if len(lines) < 3 {
		return false
	}
	size, err := strconv.ParseUint(lines[1], 10, 64)
	if err != nil {
		return false
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	return err == nil && len(root) == sha256.Size &&
		bytes.Equal(rootFrom(leaf, index, size, path), root)
}

// readProof reads index, path and checkpoint of a c2sp.org/tlog-proof@v1.
func readProof(text string) (index uint64, path [][]byte, checkpoint string, err error) {
	head, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if !found || len(lines) == 0 {
		return 0, nil, "", errors.New("not a tlog-proof")
	}
	if index, err = strconv.ParseUint(strings.TrimPrefix(lines[0], "index "), 10, 64); err != nil {
		return 0, nil, "", err
	}
	for _, line := range lines[1:] {
		sibling, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			return 0, nil, "", err
		}
		path = append(path, sibling)
	}
	return index, path, checkpoint, nil
}
