#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "api/client/client.h"
#include "api/tool/commands/command.h"
#include "verifier/base/durable_file.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

constexpr char kSucceedFooter[] = R"(
Ends a log for ever, in favour of another one: for a new key, since a key lives
as long as its origin. What waits to be erased is erased first; then a last
entry names the successor by its verifier key, and the log is FROZEN: it takes
no append ever after, and is read as before. Redact what must be redacted before
that. The final checkpoint is written to --out; with witnesses this waits until
they have cosigned it.

The successor's first entry names this log with its final size and root:
modlogd --succeeds writes it before it takes any other. Whoever audits either
log is told of the other one.

Run again after an interruption, it goes on where it was; it never freezes in
favour of two. Only the operator may do this, with --token-file
modlog-data/operator.token.

Example:
  modlog keygen --name log.example.org/2 --out /etc/modlog/2.key
  modlog succeed --successor 'log.example.org/2+…' --out final --yes
  modlogd --data-dir /var/lib/modlog-2 --key /etc/modlog/2.key \
    --succeeds 'log.example.org/moderation+…' --succeeds-at final
  modlog-verify audit http://127.0.0.1:8080/ --policy both.policy --first-use

Exit status: 0 frozen, now or before, and the checkpoint written; 1 refused, or
an answer does not hold; 2 usage, connection or file, or not the operator.)";

constexpr int kPublicationTries = 60;
constexpr auto kBetweenTries = std::chrono::milliseconds(500);

struct SucceedOptions {
  std::string successor;
  std::string out;
  bool yes = false;
};

// The last entry's receipt, once the checkpoint that covers it is published.
Result<VerifiedReceipt> WaitForFinal(Client* client, uint64_t last) {
  for (int i = 0;; ++i) {
    auto receipt = client->GetReceipt(last);
    if (receipt || receipt.error().code != Code::kOutOfRange ||
        i == kPublicationTries) {
      return receipt;
    }
    std::this_thread::sleep_for(kBetweenTries);
  }
}

// Nothing that the log answers is taken on trust.
Result<void> CheckFinal(const VerifiedReceipt& receipt, uint64_t last,
                        const std::string& successor) {
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(receipt.leaf));
  v1::Action action;
  const bool parses = action.ParseFromString(std::string(entry.action));
  const v1::Succession& says = action.succession();
  if (!parses || !entry.platform.empty() ||
      says.op() != v1::SUCCESSION_OP_SUCCEEDED_BY || says.log() != successor) {
    return Fail(Code::kConflict,
                absl::StrCat("entry ", last, " does not name the successor"));
  }
  if (receipt.checkpoint.tree.size == last + 1) return {};
  return Fail(Code::kConflict,
              absl::StrCat("entry ", last, " is not the last: the log has ",
                           receipt.checkpoint.tree.size));
}

// A file that is there is replaced only by the same final checkpoint, perhaps
// with more cosignatures.
Result<void> KeepFinal(const std::string& path, const std::string& note,
                       const Checkpoint& final) {
  auto there = ReadFile(path, kNoteSizeMax);
  if (there) {
    const auto parsed = ParseNote(*there);
    const auto old = parsed ? ParseCheckpoint(parsed->text)
                            : std::unexpected(parsed.error());
    if (!old || *old != final) {
      return Fail(Code::kAlreadyExists,
                  absl::StrCat(path,
                               " exists and is no checkpoint of this "
                               "frozen log: take another --out"));
    }
  } else if (there.error().code != Code::kNotFound) {
    return std::unexpected(there.error());
  }
  return WriteFileDurably(path, note, 0644);
}

Result<std::string> Succeed(const CommandLine& line,
                            const SucceedOptions& options) {
  auto successor = ParseVerifierKey(options.successor);
  if (!successor) return Prefixed("--successor", successor.error());
  ASSIGN_OR_RETURN(const auto client, Connect(line, Speaker::kOperator));
  v1::FreezeRequest request;
  request.set_successor(options.successor);
  ASSIGN_OR_RETURN(const v1::FreezeResponse frozen, client->Freeze(request));
  const uint64_t last = frozen.entry_index();
  auto receipt = WaitForFinal(client.get(), last);
  if (!receipt) {
    return Fail(receipt.error().code,
                absl::StrCat("frozen by entry ", last,
                             ", but there is no final checkpoint yet: ",
                             receipt.error().message, "; run this again"));
  }
  RETURN_IF_ERROR(CheckFinal(*receipt, last, options.successor));
  ASSIGN_OR_RETURN(const TlogProof proof, ParseTlogProof(receipt->tlog_proof));
  RETURN_IF_ERROR(
      KeepFinal(options.out, proof.checkpoint, receipt->checkpoint));
  return absl::StrCat(
      client->key().name, " is frozen by entry ", last, " at size ", last + 1,
      ", root ", FormatBase64(receipt->checkpoint.tree.root),
      "\nits final checkpoint is in ", options.out,
      "; start the successor with its own --data-dir and --key, and\n"
      "  --succeeds '",
      FormatVerifierKey(client->key()), "' --succeeds-at ", options.out, "\n");
}

int RunSucceed(const CommandLine& line, const SucceedOptions& options) {
  if (!options.yes) {
    return Complain({Code::kUnavailable,
                     "the log would end for ever: read \"modlog succeed "
                     "--help\", and say --yes"});
  }
  const auto told = Succeed(line, options);
  if (!told) return Complain(told.error());
  if (Print(*told)) return kExitDone;
  return Complain({Code::kUnavailable, "cannot write to standard output"});
}

}  // namespace

void AddSucceed(CLI::App* app, CommandLine* line) {
  auto options = std::make_shared<SucceedOptions>();
  CLI::App* command = app->add_subcommand(
      "succeed", "End a log for ever, in favour of a successor");
  command
      ->add_option("--successor", options->successor,
                   "verifier key of the log that goes on")
      ->type_name("VKEY")
      ->required();
  command
      ->add_option("--out", options->out,
                   "where the final checkpoint is written, for the successor")
      ->type_name("FILE")
      ->required();
  command->add_flag("--yes", options->yes, "yes, for ever");
  command->footer(kSucceedFooter);
  command->callback([line, options] {
    line->run = [line, options] { return RunSucceed(*line, *options); };
  });
}

}  // namespace modlog
