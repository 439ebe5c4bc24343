// If these fail, we and an independent implementation disagree on what a format
// means: its vectors are read and written here.

#include <gtest/gtest.h>

#include <map>

#include "tests/verifier/golden.h"
#include "tests/verifier/keys.h"
#include "verifier/core/bundle.h"
#include "verifier/core/cose_receipt.h"
#include "verifier/core/entry.h"
#include "verifier/core/frontier.h"
#include "verifier/core/handle.h"
#include "verifier/core/tile.h"
#include "verifier/core/tlog_proof.h"

namespace modlog::core_golden_test {
namespace {

// The entries that the vectors speak of.
std::string GoldenEntry(uint64_t i) {
  return "{\"action\":\"ban\",\"n\":" + std::to_string(i) + "}";
}

// A log of golden entries, held as tile levels would hold it.
class GoldenLog {
 public:
  explicit GoldenLog(uint64_t size) {
    std::vector<Hash> row;
    for (uint64_t i = 0; i < size; ++i) {
      row.push_back(HashLeaf(AsBytes(GoldenEntry(i))));
    }
    while (!row.empty()) {
      levels_.push_back(row);
      std::vector<Hash> above;
      for (size_t i = 0; i + 1 < row.size(); i += 2) {
        above.push_back(HashNode(row[i], row[i + 1]));
      }
      row = std::move(above);
    }
  }

  Hash Node(NodeId node) const {
    return levels_.at(static_cast<size_t>(node.level)).at(node.index);
  }
  NodeReader Reader() const {
    return [this](NodeId node) -> Result<Hash> { return Node(node); };
  }
  TreeHead Head(uint64_t size) const {
    Frontier frontier;
    for (uint64_t i = 0; i < size; ++i) frontier.Append(Node({0, i}));
    return frontier.Head();
  }

 private:
  std::vector<std::vector<Hash>> levels_;
};

TEST(GoldenTest, Keys) {
  const auto golden = ReadGolden("keys.json");
  for (const auto& c : golden.at("keys")) {
    const auto signer = MakeSignerKey(
        Text(c.at("name")), SignatureType{c.at("type").get<uint8_t>()},
        Ed25519PrivateKey::FromSeed(AsBytes(Unhex(c.at("seed")))).value());
    ASSERT_TRUE(signer) << signer.error().message;
    EXPECT_EQ(FormatVerifierKey(signer->verifier), Text(c.at("vkey")));
    EXPECT_EQ(FormatSignerKey(*signer), Text(c.at("skey")));
    EXPECT_EQ(FormatHex(signer->verifier.key.raw()), Text(c.at("public")));

    const auto verifier = ParseVerifierKey(Text(c.at("vkey")));
    ASSERT_TRUE(verifier) << verifier.error().message;
    EXPECT_EQ(verifier->name, Text(c.at("name")));
    EXPECT_EQ(verifier->id, std::stoul(Text(c.at("id")), nullptr, 16));
    const auto parsed = ParseSignerKey(Text(c.at("skey")));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(FormatHex(AsBytes(parsed->key.Seed())), Text(c.at("seed")));
  }
  for (const auto& c : golden.at("signatures")) {
    const auto key =
        Ed25519PrivateKey::FromSeed(AsBytes(Unhex(c.at("seed")))).value();
    const std::string message = Unhex(c.at("message"));
    EXPECT_EQ(FormatHex(AsBytes(key.Sign(AsBytes(message)))),
              Text(c.at("signature")));
    EXPECT_TRUE(key.PublicKey().Verify(AsBytes(message),
                                       AsBytes(Unhex(c.at("signature")))));
  }
}

TEST(GoldenTest, WeakKeysAreRefused) {
  size_t small_order = 0;
  const auto golden = ReadGolden("keys.json");
  for (const auto& c : golden.at("weak")) {
    const auto key = Ed25519PublicKey::From(AsBytes(Unhex(c.at("public"))));
    EXPECT_EQ(CodeOf(key), "untrusted") << c;
    if (c.at("what") == "small order") ++small_order;
  }
  EXPECT_EQ(small_order, 8u);
}

TEST(GoldenTest, Merkle) {
  const auto golden = ReadGolden("merkle.json");
  const GoldenLog log(300);
  std::map<uint64_t, Hash> roots;
  for (const auto& c : golden.at("roots")) {
    const uint64_t size = Number(c.at("size"));
    EXPECT_EQ(FormatHex(log.Head(size).root), Text(c.at("root"))) << size;
    roots[size] = UnhexHash(c.at("root"));
  }
  for (const auto& c : golden.at("inclusion")) {
    const uint64_t index = Number(c.at("index"));
    const uint64_t size = Number(c.at("size"));
    const std::vector<Hash> path = UnhexHashes(c.at("path"));
    EXPECT_EQ(ProveInclusion(index, size, log.Reader()), path);
    EXPECT_TRUE(CheckInclusion(index, UnhexHash(c.at("leaf")), path,
                               {size, roots.at(size)}));
  }
  for (const auto& c : golden.at("consistency")) {
    const uint64_t older = Number(c.at("older"));
    const uint64_t newer = Number(c.at("newer"));
    const std::vector<Hash> proof = UnhexHashes(c.at("proof"));
    EXPECT_EQ(ProveConsistency(older, newer, log.Reader()), proof);
    EXPECT_TRUE(CheckConsistency(log.Head(older), log.Head(newer), proof));
  }
}

TEST(GoldenTest, Tiles) {
  const auto golden = ReadGolden("tiles.json");
  for (const auto& tree : golden.at("trees")) {
    const uint64_t size = Number(tree.at("size"));
    const GoldenLog log(size);
    for (const auto& c : tree.at("tiles")) {
      const TileId tile = {c.at("level").get<int>(), Number(c.at("index"))};
      const uint32_t width = TileWidth(tile, size);
      EXPECT_EQ(TilePath(tile, width), Text(c.at("path")));
      std::string bytes;
      for (uint32_t i = 0; i < width; ++i) {
        bytes += AsText(
            log.Node({tile.level * kTileHeight, tile.index * kTileWidth + i}));
      }
      EXPECT_EQ(FormatHex(Sha256(AsBytes(bytes))), Text(c.at("sha256")));
    }
  }
  for (const auto& c : golden.at("paths")) {
    const auto path = ParseTilePath(Text(c.at("path")));
    ASSERT_TRUE(path) << path.error().message;
    EXPECT_EQ(path->level, c.at("level").get<int>());
    EXPECT_EQ(path->index, Number(c.at("index")));
    EXPECT_EQ(path->width, Number(c.at("width")));
    const std::string again =
        path->level < 0 ? BundlePath(path->index, path->width)
                        : TilePath({path->level, path->index}, path->width);
    EXPECT_EQ(again, Text(c.at("path")));
  }
}

TEST(GoldenTest, Bundles) {
  const auto golden = ReadGolden("bundles.json");
  for (const auto& c : golden.at("bundles")) {
    std::string bundle;
    for (const auto& entry : c.at("entries")) {
      AppendToBundle(AsBytes(Unhex(entry)), &bundle);
    }
    EXPECT_EQ(FormatHex(AsBytes(bundle)), Text(c.at("bundle")));
    const auto count = static_cast<uint32_t>(c.at("entries").size());
    const auto entries = ParseBundle(AsBytes(bundle), count);
    ASSERT_TRUE(entries) << entries.error().message;
    for (uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(FormatHex((*entries)[i]), Text(c.at("entries")[i]));
    }
  }
  for (const auto& c : golden.at("refused")) {
    const std::string bundle = Unhex(c.at("bundle"));
    EXPECT_EQ(
        CodeOf(ParseBundle(AsBytes(bundle), c.at("count").get<uint32_t>())),
        "malformed")
        << c.at("what");
  }
}

TEST(GoldenTest, Entries) {
  const auto golden = ReadGolden("entries.json");
  for (const auto& c : golden.at("entries")) {
    const auto time = static_cast<int64_t>(Number(c.at("logged_at_ms")));
    const std::string action = Unhex(c.at("action"));
    const std::string header = EncodeEntryHeader(time, Text(c.at("platform")));
    std::string leaf;
    AppendLeaf(header, action, &leaf);
    EXPECT_EQ(FormatHex(AsBytes(header)), Text(c.at("header")));
    EXPECT_EQ(FormatHex(AsBytes(leaf)), Text(c.at("leaf")));
    EXPECT_EQ(FormatHex(HashLeaf(AsBytes(leaf))), Text(c.at("leaf_hash")));

    const auto entry = DecodeEntry(leaf);
    ASSERT_TRUE(entry) << entry.error().message;
    EXPECT_EQ(entry->logged_at_ms, time);
    EXPECT_EQ(entry->platform, Text(c.at("platform")));
    EXPECT_EQ(entry->action, action);
    EXPECT_EQ(entry->header, header);
  }
  for (const auto& c : golden.at("refused")) {
    EXPECT_EQ(CodeOf(DecodeEntry(Unhex(c.at("leaf")))), "malformed")
        << c.at("what");
  }
}

TEST(GoldenTest, Checkpoints) {
  const auto golden = ReadGolden("checkpoints.json");
  for (const auto& c : golden.at("checkpoints")) {
    const Checkpoint checkpoint = {
        Text(c.at("origin")), {Number(c.at("size")), UnhexHash(c.at("root"))}};
    EXPECT_EQ(FormatCheckpoint(checkpoint), Text(c.at("text")));
    const auto parsed = ParseCheckpoint(Text(c.at("text")));
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, checkpoint);
  }
  for (const auto& c : golden.at("refused")) {
    EXPECT_EQ(CodeOf(ParseCheckpoint(Text(c.at("text")))), "malformed")
        << c.at("what");
  }
}

std::vector<VerifierKey> Keys(const nlohmann::json& list) {
  std::vector<VerifierKey> keys;
  for (const auto& vkey : list) {
    keys.push_back(ParseVerifierKey(Text(vkey)).value());
  }
  return keys;
}

TEST(GoldenTest, Notes) {
  const auto golden = ReadGolden("notes.json");
  for (const auto& c : golden.at("opened")) {
    const auto opened = OpenNote(Text(c.at("note")), Keys(c.at("keys")));
    ASSERT_TRUE(opened) << c.at("what") << ": " << opened.error().message;
    EXPECT_EQ(opened->note.text, Text(c.at("text")));
    EXPECT_EQ(FormatNote(opened->note), Text(c.at("note")));
    ASSERT_EQ(opened->verified.size(), c.at("verified").size());
    for (size_t i = 0; i < opened->verified.size(); ++i) {
      const auto& want = c.at("verified")[i];
      EXPECT_EQ(opened->verified[i].key, Number(want.at("key")));
      EXPECT_EQ(opened->verified[i].signature, Number(want.at("line")));
      EXPECT_EQ(opened->verified[i].time_s, Number(want.at("time")));
    }
  }
  for (const auto& c : golden.at("refused")) {
    EXPECT_EQ(CodeOf(OpenNote(Text(c.at("note")), Keys(c.at("keys")))),
              Text(c.at("code")))
        << c.at("what");
  }
}

TEST(GoldenTest, CoseReceipts) {
  const auto golden = ReadGolden("cose_receipts.json");
  for (const auto& c : golden.at("checked")) {
    const VerifierKey key = ParseVerifierKey(Text(c.at("vkey"))).value();
    const auto receipt = ParseCoseReceipt(Unhex(c.at("receipt")));
    ASSERT_TRUE(receipt) << receipt.error().message;
    EXPECT_EQ(FormatCoseReceipt(*receipt), Unhex(c.at("receipt")));
    EXPECT_EQ(static_cast<int>(receipt->algorithm),
              c.at("algorithm").get<int>());
    EXPECT_EQ(receipt->index, c.at("index").get<uint64_t>());
    EXPECT_EQ(receipt->path, UnhexHashes(c.at("path")));
    const auto tree = CheckCoseReceipt(*receipt, UnhexHash(c.at("leaf")), key);
    ASSERT_TRUE(tree) << tree.error().message;
    EXPECT_EQ(*tree, (TreeHead{c.at("size").get<uint64_t>(),
                               UnhexHash(c.at("root"))}));
  }
  for (const auto& c : golden.at("refused")) {
    const VerifierKey key = ParseVerifierKey(Text(c.at("vkey"))).value();
    const auto receipt = ParseCoseReceipt(Unhex(c.at("receipt")));
    const std::string code =
        receipt
            ? CodeOf(CheckCoseReceipt(*receipt, UnhexHash(c.at("leaf")), key))
            : CodeOf(receipt);
    EXPECT_EQ(code, Text(c.at("code"))) << c.at("what");
  }
}

TEST(GoldenTest, ProofFiles) {
  const auto golden = ReadGolden("tlog_proofs.json");
  for (const auto& c : golden.at("checked")) {
    const auto policy = ParsePolicy(Text(c.at("policy")));
    ASSERT_TRUE(policy) << policy.error().message;
    const auto proof = ParseTlogProof(Text(c.at("file")));
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_EQ(FormatTlogProof(*proof), Text(c.at("file")));
    EXPECT_EQ(proof->index, Number(c.at("index")));
    EXPECT_EQ(proof->path, UnhexHashes(c.at("path")));
    EXPECT_EQ(proof->extra.has_value(), !c.at("extra").is_null());
    if (proof->extra) {
      EXPECT_EQ(*proof->extra, Unhex(c.at("extra")));
    }
    const auto trusted =
        CheckTlogProof(*proof, UnhexHash(c.at("leaf")), *policy);
    ASSERT_TRUE(trusted) << trusted.error().message;
    EXPECT_EQ(trusted->checkpoint.origin, Text(c.at("origin")));
    EXPECT_EQ(trusted->quorum, c.at("quorum").get<bool>());
    ASSERT_EQ(trusted->cosigners.size(), c.at("cosigners").size());
    const auto& cosigner = c.at("cosigners")[0];
    EXPECT_EQ(trusted->cosigners[0].witness, Number(cosigner.at("witness")));
    EXPECT_EQ(trusted->cosigners[0].time_s, Number(cosigner.at("time")));
  }
  for (const auto& c : golden.at("refused")) {
    const auto policy = ParsePolicy(Text(c.at("policy")));
    ASSERT_TRUE(policy) << policy.error().message;
    const auto proof = ParseTlogProof(Text(c.at("file")));
    const std::string code =
        proof ? CodeOf(CheckTlogProof(*proof, UnhexHash(c.at("leaf")), *policy))
              : CodeOf(proof);
    EXPECT_EQ(code, Text(c.at("code"))) << c.at("what");
  }
}

TEST(GoldenTest, VrfProofs) {
  const auto golden = ReadGolden("vrf.json");
  for (const auto& made : golden["proofs"]) {
    const std::string input = Unhex(made["input"]);
    const auto key = VrfPrivateKey::FromSecret(AsBytes(Unhex(made["secret"])));
    ASSERT_TRUE(key);
    EXPECT_EQ(FormatHex(key->PublicKey().raw()), Text(made["public"]));
    const auto proof = key->Prove(AsBytes(input));
    ASSERT_TRUE(proof);
    EXPECT_EQ(FormatHex(AsBytes(*proof)), Text(made["proof"]));
    const auto output =
        key->PublicKey().Verify(AsBytes(input), AsBytes(*proof));
    ASSERT_TRUE(output);
    EXPECT_EQ(FormatHex(*output), Text(made["output"]));
  }
  const auto key = VrfPrivateKey::FromSecret(AsBytes(Unhex(golden["key"])));
  ASSERT_TRUE(key);
  const std::string input = Unhex(golden["input"]);
  for (const auto& bad : golden["refused"]) {
    const auto output =
        key->PublicKey().Verify(AsBytes(input), AsBytes(Unhex(bad["proof"])));
    EXPECT_EQ(CodeOf(output), Text(bad["code"])) << Text(bad["what"]);
  }
  for (const auto& bad : golden["keys_refused"]) {
    EXPECT_FALSE(VrfPublicKey::From(AsBytes(Unhex(bad)))) << Text(bad);
  }
}

TEST(GoldenTest, SubjectHandles) {
  const auto golden = ReadGolden("vrf.json");
  const auto key = VrfPrivateKey::FromSecret(AsBytes(Unhex(golden["key"])));
  ASSERT_TRUE(key);
  for (const auto& made : golden["handles"]) {
    const std::string input =
        HandleInput(Text(made["platform"]), Unhex(made["account"]),
                    made["number"].get<uint32_t>());
    const auto proof = key->Prove(AsBytes(input));
    ASSERT_TRUE(proof);
    EXPECT_EQ(FormatHex(AsBytes(*proof)), Text(made["proof"]));
    const auto output = VrfProofToHash(AsBytes(*proof));
    ASSERT_TRUE(output);
    EXPECT_EQ(FormatHex(AsBytes(HandleOf(*output))), Text(made["handle"]));
  }
}

}  // namespace
}  // namespace modlog::core_golden_test
