// append KEY_FILE SERVER PLATFORM [TOKEN_FILE]: decisions into the log, sealed
// by the platform's key, and proof. README.md says how to build it.

#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "api/client/canonical.h"
#include "api/client/client.h"
#include "api/client/seal_key.h"
#include "api/client/sealed_appender.h"
#include "api/client/token.h"

namespace {

using modlog::AnsweredItem;
using modlog::AppendOutcome;
using modlog::Client;
using modlog::Result;
namespace v1 = modlog::v1;

// The statement of one removal. Its puid comes from your own record: sent
// again, after a crash of yours or of the log, it is recognised by it.
v1::Action Removal(int number) {
  v1::Action action;
  action.set_kind(v1::KIND_ACTION);
  action.set_puid("ban-" + std::to_string(number));
  action.set_taxonomy(202507);
  action.add_visibility(v1::VISIBILITY_CONTENT_REMOVED);
  action.set_ground(v1::GROUND_INCOMPATIBLE_CONTENT);
  action.set_category(v1::CATEGORY_SCAMS_AND_FRAUD);
  action.set_application_date(20'781);  // days since 1970: 2026-11-24
  action.set_source_type(v1::SOURCE_TYPE_VOLUNTARY);
  action.set_regime(v1::REGIME_VOLUNTARY);
  action.set_subject_kind(v1::SUBJECT_KIND_ITEM);
  return action;
}

// What the log answered was checked before it comes here: the entry is in a
// tree that the log signed, under your seal.
void Tell(std::span<const AnsweredItem> answers) {
  for (const AnsweredItem& answered : answers) {
    switch (answered.answer.outcome) {
      case AppendOutcome::kLogged:
        std::cout << "entry " << answered.answer.index << " is "
                  << answered.item.puid << ", sealed\n";
        break;
      case AppendOutcome::kDuplicate:
        std::cout << "entry " << answered.answer.index << " is "
                  << answered.item.puid << ", from before\n";
        break;
      case AppendOutcome::kConflict:
      case AppendOutcome::kRefused:
        std::cout << answered.item.puid
                  << " was refused: " << answered.answer.error << '\n';
        break;
    }
  }
}

Result<void> WriteReceipt(Client* client, uint64_t index,
                          const std::string& name) {
  ASSIGN_OR_RETURN(const modlog::VerifiedReceipt receipt,
                   client->GetReceipt(index));
  std::ofstream(name + ".entry", std::ios::binary) << receipt.leaf;
  std::ofstream(name + ".tlog-proof") << receipt.tlog_proof;
  return {};
}

Result<void> Run(const std::vector<std::string>& words) {
  std::string token;
  if (words.size() > 3) {
    ASSIGN_OR_RETURN(token, modlog::ReadTokenFile(words[3]));
  }
  ASSIGN_OR_RETURN(const auto client, Client::Connect(words[1], token));
  ASSIGN_OR_RETURN(modlog::SignerKey key, modlog::ReadSealKey(words[0]));
  if (key.verifier.name != words[2]) {
    return modlog::Fail(modlog::Code::kMalformed,
                        words[0] + " is a key of " + key.verifier.name);
  }
  uint64_t first = 0;
  ASSIGN_OR_RETURN(const auto appender,
                   modlog::SealedAppender::Open(
                       client.get(), std::move(key), {},
                       [&first](std::span<const AnsweredItem> answers) {
                         first = answers.front().answer.index;
                         Tell(answers);
                       }));
  for (int number = 1001; number <= 1004; ++number) {
    const v1::Action action = Removal(number);
    RETURN_IF_ERROR(appender->Add({.action = modlog::EncodeCanonical(action),
                                   .puid = action.puid(),
                                   .where = action.puid()}));
  }
  // Add and Finish wait for a log that is away, and send what it has not
  // answered once more, under the same seal.
  RETURN_IF_ERROR(appender->Finish());
  return WriteReceipt(client.get(), first, "ban-1001");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 3 || words.size() > 4) {
    std::cerr << "usage: append KEY_FILE SERVER PLATFORM [TOKEN_FILE]\n";
    return 2;
  }
  const auto done = Run(words);
  if (done) return 0;
  std::cerr << "append: " << done.error().message << '\n';
  return 1;
}
