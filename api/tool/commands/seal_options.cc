#include "api/tool/commands/seal_options.h"

#include <CLI/Validators.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/client/seal_key.h"
#include "api/client/sealed_appender.h"

namespace modlog {

void AddSealOptions(CLI::App* command, SealOptions* options) {
  auto* key = command
                  ->add_option("--seal-key", options->key_file,
                               "sign: seal the actions by this key of their "
                               "platform (modlog platform keygen)")
                  ->type_name("FILE");
  command
      ->add_option("--seal-every", options->every,
                   "how many actions a seal covers at most [1024]")
      ->check(CLI::Range(1, 4'096))
      ->needs(key);
}

Result<std::unique_ptr<Appender>> OpenAppender(Client* client,
                                               const SealOptions& seal,
                                               StreamAppenderOptions options,
                                               OnAnswers on_answers) {
  if (seal.key_file.empty()) {
    return std::make_unique<StreamAppender>(client, std::move(options),
                                            std::move(on_answers));
  }
  ASSIGN_OR_RETURN(SignerKey key, ReadSealKey(seal.key_file));
  if (key.verifier.name != options.platform) {
    return Fail(Code::kMalformed,
                absl::StrCat(seal.key_file, " is a key of ", key.verifier.name,
                             ", and the actions are of ", options.platform));
  }
  SealedAppenderOptions sealed;
  sealed.batch_items = seal.every;
  sealed.with_proofs = options.with_proofs;
  sealed.retry_for = options.retry_for;
  sealed.before_send = std::move(options.before_send);
  return SealedAppender::Open(client, std::move(key), std::move(sealed),
                              std::move(on_answers));
}

}  // namespace modlog
