// Append SERVER PLATFORM [TOKEN_FILE]: a decision into the log, and proof.
//
// Appends one action and a batch, sends the first again, then takes its receipt
// and checks it. README.md says how to make the stubs.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	modlogv1 "modlog.example/proto/modlog/v1"
)

const timeout = 30 * time.Second

// removal is the statement of one removal. Its puid comes from your own record.
// Keep the bytes beside that record: a retry sends them.
func removal(number int) ([]byte, error) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC).Unix() / 86400
	return proto.MarshalOptions{Deterministic: true}.Marshal(&modlogv1.Action{
		Kind:            modlogv1.Kind_KIND_ACTION,
		Puid:            fmt.Sprintf("ban-%d", number),
		Taxonomy:        202507,
		Visibility:      []modlogv1.Visibility{modlogv1.Visibility_VISIBILITY_CONTENT_REMOVED},
		Ground:          modlogv1.Ground_GROUND_INCOMPATIBLE_CONTENT,
		Category:        modlogv1.Category_CATEGORY_SCAMS_AND_FRAUD,
		ApplicationDate: uint32(day),
		SourceType:      modlogv1.SourceType_SOURCE_TYPE_VOLUNTARY,
		Regime:          modlogv1.Regime_REGIME_VOLUNTARY,
		SubjectKind:     modlogv1.SubjectKind_SUBJECT_KIND_ITEM,
	})
}

// require prints the claim, or is the error that it does not hold.
func require(holds bool, format string, values ...any) error {
	claim := fmt.Sprintf(format, values...)
	if !holds {
		return fmt.Errorf("not so: %s", claim)
	}
	fmt.Println(claim)
	return nil
}

// appendOne returns the leaf and its index. The same bytes again are safe: they
// never make a second entry.
func appendOne(ctx context.Context, log modlogv1.ModerationLogClient, platform string) ([]byte, uint64, error) {
	action, err := removal(1001)
	if err != nil {
		return nil, 0, err
	}
	request := &modlogv1.AppendRequest{Platform: platform, Action: action}
	first, err := log.Append(ctx, request)
	if err != nil {
		return nil, 0, err
	}
	leaf := leafBytes(first.EntryHeader, action)
	if err := require(isIncluded(leaf, first.Index, first.InclusionPath, first.Checkpoint),
		"entry %d is in the log", first.Index); err != nil {
		return nil, 0, err
	}
	again, err := log.Append(ctx, request)
	if err != nil {
		return nil, 0, err
	}
	return leaf, first.Index, require(again.Duplicate && again.Index == first.Index,
		"sent again: still entry %d, no second one", again.Index)
}

func appendBatch(ctx context.Context, log modlogv1.ModerationLogClient, platform string) error {
	request := &modlogv1.AppendBatchRequest{Platform: platform, WithProofs: true}
	for number := 1002; number < 1005; number++ {
		action, err := removal(number)
		if err != nil {
			return err
		}
		request.Actions = append(request.Actions, action)
	}
	answer, err := log.AppendBatch(ctx, request)
	if err != nil {
		return err
	}
	if len(answer.Results) != len(request.Actions) {
		return fmt.Errorf("got %d results, want %d", len(answer.Results), len(request.Actions))
	}
	for i, result := range answer.Results {
		leaf := leafBytes(result.EntryHeader, request.Actions[i])
		if err := require(isIncluded(leaf, result.Index, result.InclusionPath, answer.Checkpoint),
			"entry %d is in the log", result.Index); err != nil {
			return err
		}
	}
	return nil
}

func checkReceipt(leaf []byte, sentIndex uint64, receipt *modlogv1.GetReceiptResponse) error {
	index, path, checkpoint, err := readProof(receipt.TlogProof)
	if err != nil {
		return err
	}
	if err := require(bytes.Equal(receipt.Leaf, leaf) && index == sentIndex,
		"the receipt is of the entry that was sent"); err != nil {
		return err
	}
	if err := require(isIncluded(leaf, index, path, checkpoint),
		"its path of %d hashes leads to the root", len(path)); err != nil {
		return err
	}
	forged := bytes.Clone(leaf)
	forged[len(forged)-1] ^= 1
	if err := require(!isIncluded(forged, index, path, checkpoint),
		"with one bit changed it does not"); err != nil {
		return err
	}
	fmt.Print(checkpoint)
	return nil
}

func run(ctx context.Context, log modlogv1.ModerationLogClient, platform string) error {
	leaf, index, err := appendOne(ctx, log, platform)
	if err != nil {
		return err
	}
	if err := appendBatch(ctx, log, platform); err != nil {
		return err
	}
	receipt, err := log.GetReceipt(ctx, &modlogv1.GetReceiptRequest{Index: index})
	if err != nil {
		return err
	}
	if err := checkReceipt(leaf, index, receipt); err != nil {
		return err
	}
	if err := os.WriteFile("ban-1001.entry", leaf, 0o644); err != nil {
		return err
	}
	return os.WriteFile("ban-1001.tlog-proof", []byte(receipt.TlogProof), 0o644)
}

func connectAndRun(server, platform string, tokenFile []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	if len(tokenFile) > 0 {
		token, err := os.ReadFile(tokenFile[0])
		if err != nil {
			return err
		}
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization",
			"Bearer "+strings.TrimSpace(string(token)))
	}
	connection, err := grpc.NewClient(server,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	return run(ctx, modlogv1.NewModerationLogClient(connection), platform)
}

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		fmt.Fprintln(os.Stderr, "usage: append SERVER PLATFORM [TOKEN_FILE]")
		os.Exit(2)
	}
	if err := connectAndRun(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "append:", err)
		os.Exit(1)
	}
}
