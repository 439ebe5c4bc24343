#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "api/tool/disclosure.h"
#include "api/tool/handles/handle_options.h"
#include "api/tool/handles/handle_proofs.h"
#include "verifier/base/durable_file.h"
#include "verifier/base/progress.h"
#include "verifier/base/words.h"
#include "verifier/core/bytes.h"
#include "verifier/core/cose_receipt.h"
#include "verifier/core/entry.h"
#include "verifier/receipt/seal_file.h"

namespace modlog {
namespace {

constexpr char kReceiptFooter[] = R"(
Writes PREFIX.entry, the leaf bytes, and PREFIX.tlog-proof, the inclusion proof
with the signed checkpoint (c2sp.org/tlog-proof). The two are all that an
offline check needs besides a policy, which says whom one trusts:
  modlog-verify receipt --entry PREFIX.entry --proof PREFIX.tlog-proof \
    --policy modlog-data/log.policy

Where a seal of the platform covers the entry, PREFIX.seal has it: by it the
platform vouches for the entry, and not the log's operator alone.
  modlog-verify receipt ... --seal PREFIX.seal --platform-key VKEY

The proof is checked before the files are written, against the key that this
server names. That finds a broken log, not a lying one: for the latter the key
must come from elsewhere, in the policy.

With --format cose the proof is PREFIX.cose, a COSE receipt (RFC 9942), for those
who read CBOR; the log has to run with --cose-key. No witness signs it.
  modlog-verify cose --entry PREFIX.entry --receipt PREFIX.cose --key VKEY

A receipt for the person concerned shows, besides, the private parts of the
record, in PREFIX.openings (mode 0600): --from-payload takes them from the log,
with the platform's token (modlog --token-file FILE receipt ...), and
--openings from a payload that the platform kept, encoded or as JSON. All parts
are opened that may be, or those that --disclose names. Each is opened by its
own salt: the file holds no secret and nothing that helps to guess another part.
The source's identity and the complainant are never opened.
  modlog-verify receipt ... --openings PREFIX.openings     shows and proves them

Of an entry with a subject handle, --handle-of ACCOUNT writes PREFIX.handles
(mode 0600), the proof that the handle is that account's (modlog handle --help):
  modlog-verify receipt ... --handles PREFIX.handles       says whose it is

Examples:
  modlog receipt --index 0 --out receipt
  modlog receipt --index 0 --out receipt --format cose
  modlog receipt --index 0 --out receipt --openings payload.json
  modlog receipt --index 0 --out receipt --disclose facts,illegal_ground

Exit status: 0 written, 1 no such entry or a proof that does not hold, 2 usage,
connection or file.)";

constexpr char kNoteFormat[] = "tlog-proof";
constexpr char kCoseFormat[] = "cose";

struct ReceiptOptions {
  uint64_t index = 0;
  std::string prefix;
  std::string format = kNoteFormat;
  std::string payload_file;  // or empty
  bool from_log = false;
  std::vector<std::string> disclose;
  std::string account;  // whose handle the entry bears, or empty
  std::string handles;  // folder of the platform's keys, or empty

  bool opens() const {
    return from_log || !payload_file.empty() || !disclose.empty();
  }
};

Result<v1::GetPayloadResponse> PayloadFor(const ReceiptOptions& options,
                                          Client* client) {
  if (options.payload_file.empty()) {
    return FetchPayload(client, options.index);
  }
  ASSIGN_OR_RETURN(const std::string bytes,
                   ReadFile(options.payload_file, kPayloadFileSizeMax));
  auto payload = ReadPayload(bytes);
  if (!payload) return Prefixed(options.payload_file, payload.error());
  v1::GetPayloadResponse kept;
  *kept.mutable_payload() = *std::move(payload);
  return kept;
}

Result<Openings> OpeningsFor(const ReceiptOptions& options,
                             const std::vector<PartTag>& chosen,
                             const VerifiedReceipt& receipt, Client* client) {
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(receipt.leaf));
  v1::Action action;
  if (!action.ParseFromString(std::string(entry.action))) {
    return Fail(Code::kMalformed, "the entry's action does not parse");
  }
  ASSIGN_OR_RETURN(const v1::GetPayloadResponse kept,
                   PayloadFor(options, client));
  return OpenParts(kept, chosen, action.commitment());
}

Result<void> WriteOpenings(const ReceiptOptions& options,
                           const Openings& openings) {
  const std::string file = absl::StrCat(options.prefix, ".openings");
  RETURN_IF_ERROR(WriteFileDurably(file, FormatOpenings(openings), 0600));
  std::string names;
  for (const Opening& opening : openings.openings) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", PartName(opening.tag));
  }
  absl::FPrintF(stderr, "receipt: %s opens %s and nothing else\n", file, names);
  return {};
}

// The proof of the entry's own handle and of no other.
Result<HandleFile> HandleOfEntry(const ReceiptOptions& options,
                                 const VerifiedReceipt& receipt,
                                 Client* client) {
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(receipt.leaf));
  v1::Action action;
  if (!action.ParseFromString(std::string(entry.action)) ||
      action.handle_key() == 0) {
    return Fail(Code::kNotFound, absl::StrCat("entry ", options.index,
                                              " bears no subject handle"));
  }
  ASSIGN_OR_RETURN(const std::string directory,
                   HandleDirectory(options.handles, entry.platform));
  ASSIGN_OR_RETURN(const auto key,
                   ReadHandleKey(directory, client->key().name, entry.platform,
                                 action.handle_key()));
  if (!key) {
    return Fail(Code::kNotFound,
                absl::StrCat("no key ", action.handle_key(), " in ", directory,
                             ": if it was destroyed, nobody can prove its "
                             "handles any more"));
  }
  ASSIGN_OR_RETURN(
      const HandleNumbers numbers,
      HandleNumbers::Open(directory, *key, HandleNumbers::Use::kRead));
  const auto tag = HandleNumbers::TagsOf(*key, options.account, "").account;
  ASSIGN_OR_RETURN(const uint32_t number,
                   FindNumber(*key, options.account, action.subject_handle(),
                              numbers.Last(tag)));
  return MakeHandleFile(client, *key, options.account, {number});
}

// The seal that covers the entry, checked by the key that the log names.
Result<std::optional<SealFile>> SealOf(const VerifiedReceipt& receipt,
                                       uint64_t index) {
  if (!receipt.seal) return std::nullopt;
  SealFile file{.index = receipt.seal->index(),
                .leaf = receipt.seal->leaf(),
                .action_path = {},
                .public_key = receipt.seal->public_key()};
  for (const std::string& bytes : receipt.seal->action_path()) {
    const auto hash = HashFromBytes(AsBytes(bytes));
    if (!hash) return Fail(Code::kMalformed, "the seal's path has no hash");
    file.action_path.push_back(*hash);
  }
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(receipt.leaf));
  auto holds = CheckSealFile(
      file, {receipt.checkpoint.origin, entry.platform, index, entry.action});
  if (!holds) return Prefixed("the entry's seal", holds.error());
  return std::optional<SealFile>(std::move(file));
}

Result<void> WriteSeal(const ReceiptOptions& options, const SealFile& seal) {
  const std::string file = absl::StrCat(options.prefix, ".seal");
  RETURN_IF_ERROR(WriteFileDurably(file, FormatSealFile(seal), 0644));
  absl::FPrintF(stderr, "receipt: %s: the platform sealed it, at entry %s\n",
                file, Grouped(seal.index));
  return {};
}

// The key that the log names for its COSE receipts.
Result<VerifierKey> CoseKeyOf(Client* client) {
  ASSIGN_OR_RETURN(const v1::GetLogInfoResponse info, client->GetLogInfo());
  auto key = ParseVerifierKey(info.cose_vkey());
  if (!key) {
    return Prefixed("the key that the log names for COSE receipts",
                    key.error());
  }
  if (key->type == SignatureType::kEd25519 && key->name == client->key().name) {
    return key;
  }
  return Fail(
      Code::kUntrusted,
      absl::StrCat("the log names a key of type ", static_cast<int>(key->type),
                   " and of ", Quote(key->name),
                   " for COSE receipts, want one of type 1 and of ",
                   Quote(client->key().name)));
}

// What is written as the proof: the proof file as it came, or the COSE receipt
// where it says the same by the key that the log names for it.
Result<std::string> ProofOf(const ReceiptOptions& options,
                            const VerifiedReceipt& receipt, Client* client) {
  if (options.format == kNoteFormat) return receipt.tlog_proof;
  ASSIGN_OR_RETURN(const VerifierKey key, CoseKeyOf(client));
  ASSIGN_OR_RETURN(const CoseReceipt cose, ParseCoseReceipt(receipt.cose));
  ASSIGN_OR_RETURN(
      const TreeHead tree,
      CheckCoseReceipt(cose, HashLeaf(AsBytes(receipt.leaf)), key));
  if (cose.index != options.index || tree != receipt.checkpoint.tree) {
    return Fail(Code::kBadProof,
                "the COSE receipt is of another tree than the checkpoint");
  }
  return receipt.cose;
}

int RunReceipt(const CommandLine& line, const ReceiptOptions& options) {
  if (std::filesystem::path(options.prefix).filename().empty()) {
    return Complain({Code::kMalformed,
                     "--out must end in a name: PREFIX of PREFIX.entry and "
                     "PREFIX.tlog-proof"});
  }
  const auto chosen = PartsNamed(options.disclose);
  if (!chosen) return Complain(chosen.error());
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  auto receipt = (*client)->GetReceipt(
      options.index, options.format == kCoseFormat ? ReceiptForm::kNoteAndCose
                                                   : ReceiptForm::kNote);
  if (!receipt) {
    return Complain(
        {receipt.error().code,
         absl::StrCat("entry ", options.index, ": ", receipt.error().message)});
  }
  const auto proof = ProofOf(options, *receipt, client->get());
  if (!proof) return Complain(proof.error());
  const auto seal = SealOf(*receipt, options.index);
  if (!seal) return Complain(seal.error());
  std::optional<Openings> openings;
  if (options.opens()) {
    auto opened = OpeningsFor(options, *chosen, *receipt, client->get());
    if (!opened) return Complain(opened.error());
    openings = *std::move(opened);
  }
  std::optional<HandleFile> handle;
  if (!options.account.empty()) {
    auto proved = HandleOfEntry(options, *receipt, client->get());
    if (!proved) return Complain(proved.error());
    handle = *std::move(proved);
  }
  std::string entry_file = absl::StrCat(options.prefix, ".entry");
  std::string proof_file = absl::StrCat(options.prefix, ".", options.format);
  Result<void> written = WriteFileDurably(entry_file, receipt->leaf, 0644);
  if (written) {
    written = WriteFileDurably(proof_file, *proof, 0644);
  }
  if (written && *seal) written = WriteSeal(options, **seal);
  if (written && openings) written = WriteOpenings(options, *openings);
  if (written && handle) {
    written =
        WriteHandleFile(absl::StrCat(options.prefix, ".handles"), *handle);
  }
  if (!written) return Complain(written.error());
  absl::FPrintF(stderr,
                "receipt: %s and %s: entry %s of %s is in the tree of %s "
                "entries, by the key that %s names\n",
                entry_file, proof_file, Grouped(options.index),
                receipt->checkpoint.origin,
                Grouped(receipt->checkpoint.tree.size), line.server);
  return kExitDone;
}

}  // namespace

void AddReceipt(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<ReceiptOptions>();
  CLI::App* command =
      app->add_subcommand("receipt", "Take an entry and its proof, as files");
  command->add_option("--index", options->index, "index of the entry, from 0")
      ->check(IsIndex())
      ->required();
  command->add_option("--out", options->prefix, "PREFIX of the files")
      ->required();
  command
      ->add_option("--format", options->format,
                   "of the proof: tlog-proof or cose")
      ->check(CLI::IsMember({kNoteFormat, kCoseFormat}))
      ->capture_default_str();
  auto* from_file =
      command
          ->add_option("--openings", options->payload_file,
                       "open parts of the payload in this file, encoded or "
                       "JSON, into PREFIX.openings")
          ->type_name("PAYLOADFILE");
  command
      ->add_flag("--from-payload", options->from_log,
                 "open parts of the payload that the log keeps")
      ->excludes(from_file);
  command
      ->add_option("--disclose", options->disclose,
                   absl::StrCat("open these parts alone (from the log, unless "
                                "--openings): ",
                                PartNames()))
      ->type_name("FIELD")
      ->delimiter(',');
  command
      ->add_option("--handle-of", options->account,
                   "prove to this account that the entry's handle is its own, "
                   "in PREFIX.handles")
      ->type_name("ACCOUNT");
  AddHandleDirectory(command, &options->handles);
  command->footer(kReceiptFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunReceipt(*line, *options); };
  });
}

}  // namespace modlog
