// judgecose judges COSE receipts by other people's libraries: go-cose reads the
// message and verifies its signature, fxamacker/cbor reads the proof,
// transparency-dev/merkle follows the path. The message that go-cose writes
// again has the same bytes. Then it changes each byte of entry and receipt, and
// fails if one goes unseen; but for the tree size, which is not signed.
//
//	judgecose VKEY PREFIX…      of PREFIX.entry and PREFIX.cose
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/fxamacker/cbor/v2"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/veraison/go-cose"
)

// Labels of RFC 9942.
const (
	labelTree       = int64(395)
	labelProofs     = int64(396)
	treeOfRFC9162   = int64(1)
	inclusionProofs = int64(-1)
	labelClaims     = int64(15)
	claimIssuer     = int64(1)
)

type inclusion struct {
	_     struct{} `cbor:",toarray"`
	Size  uint64
	Index uint64
	Path  [][]byte
}

func main() {
	if len(os.Args) < 3 {
		die("usage: judgecose VKEY PREFIX...")
	}
	name, key := parseKey(os.Args[1])
	for _, prefix := range os.Args[2:] {
		entry, file := read(prefix+".entry"), read(prefix+".cose")
		if _, err := judge(name, key, entry, file); err != nil {
			die("%s: %v", prefix, err)
		}
		rewrite(prefix, file)
		refuseFlipped(prefix, name, key, entry, file)
	}
	fmt.Printf("judgecose: %d receipts, and none of them with a byte changed\n",
		len(os.Args)-2)
}

// parseKey takes name and key out of <name>+<id>+<base64 of 01 and the key>.
func parseKey(vkey string) (string, ed25519.PublicKey) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		die("no vkey: %s", vkey)
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 1 {
		die("no vkey of type 1: %s", vkey)
	}
	return parts[0], ed25519.PublicKey(raw[1:])
}

func judge(name string, key ed25519.PublicKey, entry, file []byte) (inclusion, error) {
	var found inclusion
	message := cose.NewSign1Message()
	if err := message.UnmarshalCBOR(file); err != nil {
		return found, err
	}
	if message.Payload != nil {
		return found, errors.New("the payload is not detached")
	}
	if err := checkHeader(message.Headers.Protected, name, key); err != nil {
		return found, err
	}
	encoded, err := proofIn(message.Headers.Unprotected)
	if err != nil {
		return found, err
	}
	if err := cbor.Unmarshal(encoded, &found); err != nil {
		return found, err
	}
	if len(found.Path) == 0 {
		return found, errors.New("RFC 9942 wants a path of one hash at least")
	}
	root, err := proof.RootFromInclusionProof(rfc6962.DefaultHasher, found.Index,
		found.Size, rfc6962.DefaultHasher.HashLeaf(entry), found.Path)
	if err != nil {
		return found, err
	}
	message.Payload = root
	verifier, err := cose.NewVerifier(cose.AlgorithmEdDSA, key)
	if err != nil {
		return found, err
	}
	return found, message.Verify(nil, verifier)
}

func checkHeader(header cose.ProtectedHeader, name string, key ed25519.PublicKey) error {
	if header[labelTree] != treeOfRFC9162 {
		return fmt.Errorf("the tree is %v", header[labelTree])
	}
	claims, ok := header[labelClaims].(map[any]any)
	if !ok || claims[claimIssuer] != name {
		return fmt.Errorf("the claims are %v", header[labelClaims])
	}
	// RFC 9679: {1: 1 (OKP), -1: 6 (Ed25519), -2: x} in its one spelling.
	thumbprint := sha256.Sum256(append([]byte{0xa3, 1, 1, 0x20, 6, 0x21, 0x58, 32}, key...))
	kid, ok := header[cose.HeaderLabelKeyID].([]byte)
	if !ok || !bytes.Equal(kid, thumbprint[:]) {
		return fmt.Errorf("the key id is %x", kid)
	}
	return nil
}

func proofIn(header cose.UnprotectedHeader) ([]byte, error) {
	proofs, ok := header[labelProofs].(map[any]any)
	if !ok {
		return nil, errors.New("there are no proofs")
	}
	list, ok := proofs[inclusionProofs].([]any)
	if !ok || len(list) != 1 {
		return nil, errors.New("there is not one inclusion proof")
	}
	encoded, ok := list[0].([]byte)
	if !ok {
		return nil, errors.New("the proof is no byte string")
	}
	return encoded, nil
}

// rewrite asks go-cose for its own spelling, which is the deterministic one.
func rewrite(prefix string, file []byte) {
	message := cose.NewSign1Message()
	if err := message.UnmarshalCBOR(file); err != nil {
		die("%s: %v", prefix, err)
	}
	message.Headers.RawProtected, message.Headers.RawUnprotected = nil, nil
	again, err := message.MarshalCBOR()
	if err != nil || !bytes.Equal(again, file) {
		die("%s: go-cose writes it in another way: %x, %v", prefix, again, err)
	}
}

func refuseFlipped(prefix, name string, key ed25519.PublicKey, entry, file []byte) {
	for i := range entry {
		changed := bytes.Clone(entry)
		changed[i] ^= 1
		if _, err := judge(name, key, changed, file); err == nil {
			die("%s.entry is accepted with byte %d changed", prefix, i)
		}
	}
	is, err := judge(name, key, entry, file)
	if err != nil {
		die("%s: %v", prefix, err)
	}
	for i := range file {
		changed := bytes.Clone(file)
		changed[i] ^= 1
		told, err := judge(name, key, entry, changed)
		if err == nil && told.Size == is.Size {
			die("%s.cose is accepted with byte %d changed: %x", prefix, i, changed)
		}
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		die("%v", err)
	}
	return data
}

func die(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "judgecose: "+format+"\n", args...)
	os.Exit(1)
}
