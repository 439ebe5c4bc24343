// If these fail, something that we write cannot be read back as it was.

#include <gtest/gtest.h>

#include "tests/verifier/keys.h"
#include "tests/verifier/property.h"
#include "tests/verifier/samples.h"
#include "verifier/core/bundle.h"
#include "verifier/core/entry.h"
#include "verifier/core/tile.h"
#include "verifier/core/tlog_proof.h"

#include <rapidcheck/gtest.h>

namespace modlog::core_property_test {
namespace {

RC_GTEST_PROP(FormatLaws, Base64IsReadAsWritten, ()) {
  const std::string bytes = *AnyBytes();
  const auto parsed = ParseBase64(FormatBase64(AsBytes(bytes)));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == bytes);
}

RC_GTEST_PROP(FormatLaws, ADecimalIsReadAsWritten, ()) {
  const uint64_t value = *AnySize(0, UINT64_MAX);
  RC_ASSERT(ParseDecimal(std::to_string(value)).value() == value);
}

RC_GTEST_PROP(FormatLaws, ANoteIsReadAsWritten, ()) {
  Note note{*AnyNoteText(), {}};
  const auto count = *rc::gen::inRange(1, 20);
  for (int i = 0; i < count; ++i) {
    note.signatures.push_back(
        {*AnyKeyName(), *rc::gen::arbitrary<uint32_t>(), *SomeBytes()});
  }
  const auto parsed = ParseNote(FormatNote(note));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->text == note.text);
  RC_ASSERT(parsed->signatures.size() == note.signatures.size());
  for (size_t i = 0; i < note.signatures.size(); ++i) {
    RC_ASSERT(parsed->signatures[i].name == note.signatures[i].name);
    RC_ASSERT(parsed->signatures[i].key_id == note.signatures[i].key_id);
    RC_ASSERT(parsed->signatures[i].signature == note.signatures[i].signature);
  }
}

RC_GTEST_PROP(FormatLaws, WhatWasSignedIsOpened, ()) {
  const std::string text = *AnyNoteText();
  const SignerKey log = LogKey(*AnyKeyName(), *rc::gen::arbitrary<uint8_t>());
  const SignerKey witness =
      WitnessKey(*AnyKeyName(), *rc::gen::arbitrary<uint8_t>());
  const uint64_t time = *AnySize(1, INT64_MAX);
  const std::string note = SignNote(text, std::vector{log}) +
                           FormatSignatureLine(Cosign(text, witness, time));
  const auto opened =
      OpenNote(note, std::vector{witness.verifier, log.verifier});
  RC_ASSERT(opened.has_value());
  RC_ASSERT(opened->note.text == text);
  RC_ASSERT(opened->verified.size() == 2u);
  RC_ASSERT(opened->verified[1].time_s == time);
}

RC_GTEST_PROP(FormatLaws, AKeyIsReadAsWritten, ()) {
  const SignerKey key = LogKey(*AnyKeyName(), *rc::gen::arbitrary<uint8_t>());
  const std::string vkey = FormatVerifierKey(key.verifier);
  RC_ASSERT(FormatVerifierKey(ParseVerifierKey(vkey).value()) == vkey);
  const std::string skey = FormatSignerKey(key);
  RC_ASSERT(FormatSignerKey(ParseSignerKey(skey).value()) == skey);
}

RC_GTEST_PROP(FormatLaws, ACheckpointIsReadAsWritten, ()) {
  const Checkpoint checkpoint = {*AnyKeyName(),
                                 {*AnySize(1, kTreeSizeMax), *AnyHash()}};
  const auto parsed = ParseCheckpoint(FormatCheckpoint(checkpoint));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(*parsed == checkpoint);
}

RC_GTEST_PROP(FormatLaws, AProofFileIsReadAsWritten, ()) {
  TlogProof proof;
  if (*rc::gen::arbitrary<bool>()) proof.extra = *SomeBytes();
  proof.index = *AnySize(0, UINT64_MAX);
  proof.path.resize(*rc::gen::inRange<size_t>(0, kProofPathMax + 1));
  for (Hash& hash : proof.path) hash = *AnyHash();
  proof.checkpoint = SampleNote();
  const auto parsed = ParseTlogProof(FormatTlogProof(proof));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->extra == proof.extra);
  RC_ASSERT(parsed->index == proof.index);
  RC_ASSERT(parsed->path == proof.path);
  RC_ASSERT(parsed->checkpoint == proof.checkpoint);
}

RC_GTEST_PROP(FormatLaws, ABundleIsReadAsWritten, ()) {
  const auto entries =
      *rc::gen::container<std::vector<std::string>>(AnyBytes());
  std::string bundle;
  for (const std::string& entry : entries) {
    AppendToBundle(AsBytes(entry), &bundle);
  }
  const auto count = static_cast<uint32_t>(entries.size());
  const auto parsed = ParseBundle(AsBytes(bundle), count);
  RC_ASSERT(parsed.has_value());
  for (size_t i = 0; i < entries.size(); ++i) {
    RC_ASSERT(AsText((*parsed)[i]) == entries[i]);
  }
  RC_ASSERT(!ParseBundle(AsBytes(bundle), count + 1).has_value());
  RC_ASSERT(count == 0 || !ParseBundle(AsBytes(bundle), count - 1));
}

RC_GTEST_PROP(FormatLaws, AnEntryIsReadAsWritten, ()) {
  const auto time = static_cast<int64_t>(*AnySize(1, INT64_MAX));
  const std::string platform = *rc::gen::element<std::string>(
      "", "a", "0", "a.b-c", std::string(kPlatformSizeMax, 'p'));
  const std::string action = *SomeBytes();
  const std::string header = EncodeEntryHeader(time, platform);
  std::string leaf;
  AppendLeaf(header, action, &leaf);
  const auto entry = DecodeEntry(leaf);
  RC_ASSERT(entry.has_value());
  RC_ASSERT(entry->logged_at_ms == time);
  RC_ASSERT(entry->platform == platform);
  RC_ASSERT(entry->header == header);
  RC_ASSERT(entry->action == action);
}

RC_GTEST_PROP(FormatLaws, ATilePathIsReadAsWritten, ()) {
  const TileId tile = {*rc::gen::inRange(0, 64), *AnySize(0, UINT64_MAX)};
  const auto width = *rc::gen::inRange<uint32_t>(1, kTileWidth + 1);
  const auto parsed = ParseTilePath(TilePath(tile, width));
  RC_ASSERT(parsed.has_value());
  RC_ASSERT(parsed->level == tile.level);
  RC_ASSERT(parsed->index == tile.index);
  RC_ASSERT(parsed->width == width);
}

}  // namespace
}  // namespace modlog::core_property_test
