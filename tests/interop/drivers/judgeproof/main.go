// judgeproof judges receipts by other people's libraries: torchwood reads our
// policy and verifies the proof, transparency-dev/formats parses and writes it
// and asks its own reading of the policy whether the witnesses signed. Then it
// changes each byte of entry and proof, and fails if one goes unseen.
//
//	judgeproof POLICY PREFIX…      of PREFIX.entry and PREFIX.tlog-proof
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"filippo.io/torchwood"
	"github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/formats/witness"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 3 {
		die("usage: judgeproof POLICY PREFIX...")
	}
	text := read(os.Args[1])
	policy, err := torchwood.ParsePolicy(text)
	if err != nil {
		die("torchwood refuses the policy: %v", err)
	}
	witnesses, err := witness.ParsePolicy(text)
	if err != nil {
		die("formats refuses the policy: %v", err)
	}
	for _, prefix := range os.Args[2:] {
		entry, file := read(prefix+".entry"), read(prefix+".tlog-proof")
		judge(prefix, policy, witnesses, entry, file)
		refuseFlippedEntries(prefix, policy, entry, file)
		refuseFlippedProofs(prefix, policy, entry, file)
	}
	fmt.Printf("judgeproof: %d receipts, and none of them with a byte changed\n",
		len(os.Args)-2)
}

func judge(prefix string, policy torchwood.Policy, witnesses witness.Group, entry, file []byte) {
	if err := torchwood.VerifyProof(policy, tlog.RecordHash(entry), file); err != nil {
		die("%s: torchwood: %v", prefix, err)
	}
	var parsed proof.TLogProof
	if err := parsed.Unmarshal(file); err != nil {
		die("%s: formats: %v", prefix, err)
	}
	if !bytes.Equal(parsed.Marshal(), file) {
		die("%s: formats writes the proof in another way:\n%s", prefix, parsed.Marshal())
	}
	if !witnesses.Satisfied(parsed.Checkpoint) {
		die("%s: formats misses witnesses that the policy asks for", prefix)
	}
	// What torchwood found, once more with the numbers that formats found.
	checkpoint, _, err := torchwood.VerifyCheckpoint(parsed.Checkpoint, policy)
	if err != nil {
		die("%s: torchwood: %v", prefix, err)
	}
	var path tlog.RecordProof
	for _, hash := range parsed.Hashes {
		path = append(path, tlog.Hash(hash))
	}
	if err := tlog.CheckRecord(path, checkpoint.N, checkpoint.Hash,
		int64(parsed.Index), tlog.RecordHash(entry)); err != nil {
		die("%s: tlog: %v", prefix, err)
	}
}

// An entry that was changed is another record, and named as that.
func refuseFlippedEntries(prefix string, policy torchwood.Policy, entry, file []byte) {
	for i := range entry {
		changed := bytes.Clone(entry)
		changed[i] ^= 1
		err := torchwood.VerifyProof(policy, tlog.RecordHash(changed), file)
		var other *torchwood.VerifyRecordError
		if !errors.As(err, &other) {
			die("%s.entry with byte %d changed: %v", prefix, i, err)
		}
	}
}

// The last character before base64's padding has bits that Go's decoder
// ignores; all else counts.
func refuseFlippedProofs(prefix string, policy torchwood.Policy, entry, file []byte) {
	for i := range file {
		if i+1 < len(file) && file[i+1] == '=' {
			continue
		}
		changed := bytes.Clone(file)
		changed[i] ^= 1
		if torchwood.VerifyProof(policy, tlog.RecordHash(entry), changed) == nil {
			die("%s.tlog-proof is accepted with byte %d changed:\n%s", prefix, i, changed)
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
	fmt.Fprintf(os.Stderr, "judgeproof: "+format+"\n", args...)
	os.Exit(1)
}
