#include <cstdio>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "api/client/atomic_file.h"
#include "api/client/client.h"
#include "api/client/commands/command.h"
#include "api/client/progress.h"

namespace modlog {
namespace {

constexpr char kFooter[] = R"(
Writes PREFIX.entry, the leaf bytes, and PREFIX.tlog-proof, the inclusion proof
with the signed checkpoint (c2sp.org/tlog-proof). The two are all that an
offline check needs besides a policy, which says whom one trusts:
  modlog-verify receipt --entry PREFIX.entry --proof PREFIX.tlog-proof \
    --policy modlog-data/log.policy

The proof is checked before the files are written, against the key that this
server names. That finds a broken log, not a lying one: for the latter the key
must come from elsewhere, in the policy.

Example:
  modlog receipt --index 0 --out receipt

Exit status: 0 written, 1 no such entry or a proof that does not hold, 2 usage,
connection or file.)";

struct Options {
  uint64_t index = 0;
  std::string prefix;
};

int RunReceipt(const CommandLine& line, const Options& options) {
  if (std::filesystem::path(options.prefix).filename().empty()) {
    return Complain({Code::kMalformed,
                     "--out must end in a name: PREFIX of PREFIX.entry and "
                     "PREFIX.tlog-proof"});
  }
  auto client = Connect(line);
  if (!client) return Complain(client.error());
  auto receipt = (*client)->GetReceipt(options.index);
  if (!receipt) {
    return Complain(
        {receipt.error().code,
         absl::StrCat("entry ", options.index, ": ", receipt.error().message)});
  }
  std::string entry_file = absl::StrCat(options.prefix, ".entry");
  std::string proof_file = absl::StrCat(options.prefix, ".tlog-proof");
  Result<void> written =
      WriteFileAtomically(entry_file, receipt->leaf, Durability::kSynced);
  if (written) {
    written = WriteFileAtomically(proof_file, receipt->tlog_proof,
                                  Durability::kSynced);
  }
  if (!written) return Complain(written.error());
  absl::FPrintF(stderr,
                "receipt: %s and %s: entry %s of %s is in the tree of %s "
                "entries, by the key that %s names\n",
                entry_file, proof_file, WithCommas(options.index),
                receipt->checkpoint.origin,
                WithCommas(receipt->checkpoint.tree.size), line.server);
  return kExitDone;
}

}  // namespace

void AddReceipt(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app->add_subcommand("receipt", "Take an entry and its proof, as files");
  command->add_option("--index", options->index, "index of the entry, from 0")
      ->check(IsIndex())
      ->required();
  command->add_option("--out", options->prefix, "PREFIX of the two files")
      ->required();
  command->footer(kFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunReceipt(*line, *options); };
  });
}

}  // namespace modlog
