// judgemldsa opens a checkpoint that is signed by Ed25519 and by ML-DSA-44, by
// other people's libraries: both lines by x/mod's note with the verifiers of
// transparency-dev/formats, and the first alone by torchwood, which passes over
// the second. Then it changes each byte of the second line's signature, and
// fails if one goes unseen.
//
//	judgemldsa CHECKPOINT VKEY MLDSA_VKEY
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"filippo.io/torchwood"
	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"
)

func main() {
	if len(os.Args) != 4 {
		die("usage: judgemldsa CHECKPOINT VKEY MLDSA_VKEY")
	}
	signed, err := os.ReadFile(os.Args[1])
	check(err)
	plain, err := note.NewVerifier(os.Args[2])
	check(err)
	second, err := fnote.NewMLDSAVerifier(os.Args[3])
	check(err)
	check(open(signed, plain, second))
	policy, err := torchwood.ParsePolicy([]byte("log " + os.Args[2] + "\nquorum none\n"))
	check(err)
	_, _, err = torchwood.VerifyCheckpoint(signed, policy)
	check(err)
	count := refuseFlipped(signed, plain, second)
	fmt.Printf("judgemldsa: both signatures hold, and none with one of %d bytes changed\n", count)
}

func open(signed []byte, plain, second note.Verifier) error {
	opened, err := note.Open(signed, note.VerifierList(plain, second))
	if err != nil {
		return err
	}
	if len(opened.Sigs) != 2 {
		return fmt.Errorf("%d of 2 signatures hold", len(opened.Sigs))
	}
	return nil
}

// refuseFlipped works on the decoded signature, so that no bit of the text is
// one that Go's decoder of base64 ignores.
func refuseFlipped(signed []byte, plain, second note.Verifier) int {
	lines := strings.SplitAfter(strings.TrimSuffix(string(signed), "\n"), "\n")
	last := lines[len(lines)-1]
	start := last[:strings.LastIndex(last, " ")+1]
	blob, err := base64.StdEncoding.DecodeString(last[len(start):])
	check(err)
	for i := range blob {
		changed := bytes.Clone(blob)
		changed[i] ^= 1
		lines[len(lines)-1] = start + base64.StdEncoding.EncodeToString(changed) + "\n"
		if open([]byte(strings.Join(lines, "")), plain, second) == nil {
			die("accepted with byte %d changed", i)
		}
	}
	return len(blob)
}

func check(err error) {
	if err != nil {
		die("%v", err)
	}
}

func die(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "judgemldsa: "+format+"\n", args...)
	os.Exit(1)
}
