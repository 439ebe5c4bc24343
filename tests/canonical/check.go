// Check reads the vectors and has Go's runtime write each action: the bytes
// must be the canonical ones.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	modlogv1 "modlog.example/proto/modlog/v1"
)

type vector struct {
	Name   string
	Action json.RawMessage
	Hex    string
}

func encode(fields []byte) (string, error) {
	action := &modlogv1.Action{}
	if err := protojson.Unmarshal(fields, action); err != nil {
		return "", err
	}
	encoded, err := proto.MarshalOptions{Deterministic: true}.Marshal(action)
	return hex.EncodeToString(encoded), err
}

func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var vectors struct{ Canonical []vector }
	if err := json.Unmarshal(text, &vectors); err != nil {
		return err
	}
	failed := 0
	for _, v := range vectors.Canonical {
		got, err := encode(v.Action)
		if err != nil || got != v.Hex {
			failed++
			fmt.Printf("%s: got %s %v, want %s\n", v.Name, got, err, v.Hex)
		}
	}
	fmt.Printf("go: %d actions, %d not canonical\n", len(vectors.Canonical), failed)
	if failed > 0 || len(vectors.Canonical) == 0 {
		return fmt.Errorf("not canonical")
	}
	return nil
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
