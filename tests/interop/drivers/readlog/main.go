// readlog reads a log with the library that Go's own checksum database is read
// with: notes by sumdb/note, tiles and proofs by sumdb/tlog. It opens the
// checkpoint, has every hash that it uses authenticated against the root, proves
// every entry, and proves that the log grew from each head seen before. Then it
// does so again over data with one bit changed, and fails if that goes unseen.
//
//	readlog URL VKEY SIZE HEADS
//
// HEADS is a file of "SIZE ROOT" lines, the heads seen before; the one just read
// is added.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 5 {
		die("usage: readlog URL VKEY SIZE HEADS")
	}
	verifier := must(note.NewVerifier(os.Args[2]))
	size := must(strconv.ParseInt(os.Args[3], 10, 64))
	signed := get(os.Args[1], "checkpoint")
	tree := must(openCheckpoint(signed, verifier))
	if tree.N != size {
		die("the checkpoint is of size %d, want %d", tree.N, size)
	}
	refuseFlippedNotes(signed, verifier)
	if size == 0 {
		if tree.Hash != sha256.Sum256(nil) {
			die("the root of the empty tree is %v", tree.Hash)
		}
		remember(os.Args[4], tree)
		fmt.Println("readlog: the empty tree")
		return
	}
	tiles := &tileReader{url: os.Args[1], cache: map[string][]byte{}}
	hashes := tlog.TileHashReader(tree, tiles)
	if root := must(tlog.TreeHash(size, hashes)); root != tree.Hash {
		die("the tiles lead to root %v, want %v", root, tree.Hash)
	}
	checkEntries(os.Args[1], tree, hashes)
	grown := checkGrowth(os.Args[4], tree, hashes)
	refuseFlippedTiles(tree, tiles)
	remember(os.Args[4], tree)
	fmt.Printf("readlog: size %d: %d entries proved, growth from %d heads\n",
		size, size, grown)
}

// openCheckpoint reads the three lines by hand: tlog.ParseTree knows the
// checksum database's header only.
func openCheckpoint(signed []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not three lines under the key's name: %q", opened.Text)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func checkEntries(url string, tree tlog.Tree, hashes tlog.HashReader) {
	for begin := int64(0); begin < tree.N; begin += 256 {
		width := min(256, tree.N-begin)
		path := tlog.Tile{H: 8, L: -1, N: begin / 256, W: int(width)}.Path()
		bundle := get(url, strings.Replace(path, "tile/8/data/", "tile/entries/", 1))
		for i := begin; i < begin+width; i++ {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				die("the bundle at %d ends before entry %d", begin, i)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			leaf := bytes.Clone(bundle[2 : 2+length])
			bundle = bundle[2+length:]
			proof := must(tlog.ProveRecord(tree.N, i, hashes))
			check(tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(leaf)))
			leaf[len(leaf)/2] ^= 1
			if tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(leaf)) == nil {
				die("entry %d with a bit changed is proved as well", i)
			}
		}
		if len(bundle) != 0 {
			die("the bundle at %d has %d bytes left over", begin, len(bundle))
		}
	}
}

// checkGrowth proves the tree from each older head, and from none of them with
// another root.
func checkGrowth(file string, tree tlog.Tree, hashes tlog.HashReader) int {
	seen, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return 0
	}
	check(err)
	count := 0
	for line := range strings.Lines(string(seen)) {
		var size int64
		var text string
		must(fmt.Sscanf(line, "%d %s", &size, &text))
		root := must(tlog.ParseHash(text))
		if size == 0 {
			continue // from the empty tree nothing can be proved
		}
		proof := must(tlog.ProveTree(tree.N, size, hashes))
		check(tlog.CheckTree(proof, tree.N, tree.Hash, size, root))
		root[7] ^= 1
		if tlog.CheckTree(proof, tree.N, tree.Hash, size, root) == nil {
			die("growth is proved from another tree of size %d", size)
		}
		count++
	}
	return count
}

func remember(file string, tree tlog.Tree) {
	out := must(os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600))
	must(fmt.Fprintf(out, "%d %v\n", tree.N, tree.Hash))
	check(out.Close())
}

// refuseFlippedNotes changes each byte of the text and of the log's signature
// line, the first. The last character before the padding has bits that Go's
// decoder ignores.
func refuseFlippedNotes(signed []byte, verifier note.Verifier) {
	start := bytes.Index(signed, []byte("\n\n")) + 2
	end := start + bytes.IndexByte(signed[start:], '\n')
	for i := range signed[:end] {
		if signed[i+1] == '=' {
			continue
		}
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		if _, err := openCheckpoint(changed, verifier); err == nil {
			die("the checkpoint is accepted with byte %d changed:\n%s", i, changed)
		}
	}
}

// refuseFlippedTiles changes one bit in each tile in turn: the reader says so, or
// else the hashes that it read lead to another root. (It holds a tile against the
// one above unless it counts it among those that make up the root, and it counts
// too many: one for each hash and not for each tile.)
func refuseFlippedTiles(tree tlog.Tree, tiles *tileReader) {
	all := make([]int64, tree.N)
	for i := range all {
		all[i] = tlog.StoredHashIndex(0, int64(i))
	}
	for path := range tiles.cache {
		tiles.flip = path
		leaves, err := tlog.TileHashReader(tree, tiles).ReadHashes(all)
		if err == nil && rootOf(leaves) == tree.Hash {
			die("%s is accepted with a bit changed", path)
		}
	}
	tiles.flip = ""
}

// rootOf is RFC 6962, section 2.1, as it is written there.
func rootOf(hashes []tlog.Hash) tlog.Hash {
	if len(hashes) == 1 {
		return hashes[0]
	}
	split := 1
	for 2*split < len(hashes) {
		split *= 2
	}
	return tlog.NodeHash(rootOf(hashes[:split]), rootOf(hashes[split:]))
}

// tileReader has the checksum database's tiles of height 8, from the paths of
// c2sp.org/tlog-tiles, which do not name the height.
type tileReader struct {
	url   string
	cache map[string][]byte
	flip  string // path of the tile to change a bit of
}

func (r *tileReader) Height() int                     { return 8 }
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}
func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		if r.cache[path] == nil {
			r.cache[path] = get(r.url, path)
		}
		data := r.cache[path]
		if path == r.flip {
			data = bytes.Clone(data)
			data[len(data)-1] ^= 1
		}
		all = append(all, data)
	}
	return all, nil
}

func get(url, path string) []byte {
	answer := must(http.Get(url + path))
	defer answer.Body.Close()
	body := must(io.ReadAll(answer.Body))
	if answer.StatusCode != http.StatusOK {
		die("%s: status %d: %s", path, answer.StatusCode,
			base64.StdEncoding.EncodeToString(body))
	}
	return body
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		die("%v", err)
	}
}

func die(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "readlog: "+format+"\n", args...)
	os.Exit(1)
}
