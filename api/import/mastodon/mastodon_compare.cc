#include "api/import/mastodon/mastodon_compare.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "api/import/input/file_tree.h"
#include "api/import/mastodon/mastodon_chain.h"
#include "api/import/mastodon/mastodon_entries.h"
#include "api/import/mastodon/mastodon_pair.h"
#include "api/import/puid.h"

namespace modlog {
namespace {

std::vector<std::string> Changed(const DomainBlock& a, const DomainBlock& b) {
  std::vector<std::string> changed;
  if (a.severity_name != b.severity_name) changed.emplace_back("severity");
  if (a.reject_media != b.reject_media) changed.emplace_back("reject_media");
  if (a.reject_reports != b.reject_reports) {
    changed.emplace_back("reject_reports");
  }
  if (a.public_comment != b.public_comment) {
    changed.emplace_back("public_comment");
  }
  return changed;
}

class ListComparer {
 public:
  ListComparer(const MastodonOptions& options, ImportSink* sink, ListPair pair)
      : options_(options),
        sink_(sink),
        pair_(std::move(pair)),
        entries_(options.secret, options.platform, options.keep,
                 pair_.newer().sha256, FormatHex(pair_.older().sha256)) {}

  Result<ListComparison> Run();

 private:
  struct Looked {
    DomainChange change;
    DomainChain chain;
    ListDifference difference;
    std::string puid;  // of the PUBLICATION_CHANGED
  };

  Result<void> LookAt(std::span<const DomainChange> changes);
  bool Describe(const DomainChange& change, ListDifference* difference);
  bool IsDecisionLogged(const DomainChange& change, const DomainChain& chain);
  Result<void> Log(const Looked& looked);
  std::string ChangePuid(const DomainChange& change, bool vanished) const;

  const MastodonOptions& options_;
  ImportSink* const sink_;
  const ListPair pair_;
  DomainEntries entries_;
  ListComparison comparison_;
};

// Describe returns whether there is a difference.
bool ListComparer::Describe(const DomainChange& change,
                            ListDifference* difference) {
  difference->domain = change.block().domain;
  difference->line = change.block().line;
  difference->row = change.block().row;
  if (change.newer_unread || change.older_unread) return false;
  if (change.older == nullptr) {
    ++comparison_.added;
    return false;
  }
  if (change.newer == nullptr) {
    if (pair_.newer().MayLack()) return false;
    difference->decision = change.older->severity != BlockSeverity::kNoop;
    return true;
  }
  difference->changed = Changed(*change.older, *change.newer);
  if (difference->changed.empty()) {
    ++comparison_.unchanged;
    return false;
  }
  difference->decision = !SameDecision(*change.older, *change.newer);
  return true;
}

// Two lists make one entry of a kind about a domain.
std::string ListComparer::ChangePuid(const DomainChange& change,
                                     bool vanished) const {
  const std::string lists = absl::StrCat(FormatHex(pair_.older().sha256), " ",
                                         FormatHex(pair_.newer().sha256));
  return DerivePuid(options_.secret, "mastodon/" + pair_.KeyOf(change.block()),
                    Sha256(AsBytes(lists)), vanished ? "removed" : "edited");
}

bool ListComparer::IsDecisionLogged(const DomainChange& change,
                                    const DomainChain& chain) {
  for (const LiftingForm form : {LiftingForm::kNow, LiftingForm::kFirst}) {
    const std::vector<MakeStep> steps =
        entries_.StepsOf(change.older, change.newer, form);
    if (chain.Find(steps).count > 0) return true;
  }
  return false;
}

// About the entry that stood when the change was seen first: what the log has
// under the puid is not made again, whatever came behind it.
Result<void> ListComparer::LookAt(std::span<const DomainChange> changes) {
  std::vector<Looked> looked;
  std::vector<std::string> keys;
  std::vector<std::string> puids;
  for (const DomainChange& change : changes) {
    ListDifference difference;
    if (!Describe(change, &difference)) continue;
    keys.push_back(pair_.KeyOf(change.block()));
    puids.push_back(ChangePuid(change, change.newer == nullptr));
    looked.push_back({change, DomainChain(options_.secret, keys.back()),
                      std::move(difference), puids.back()});
  }
  ASSIGN_OR_RETURN(std::vector<DomainChain> chains,
                   LoadDomainChains(options_.secret, keys, options_.find));
  ASSIGN_OR_RETURN(const auto recorded, options_.find(puids));
  for (size_t i = 0; i < looked.size(); ++i) {
    Looked& one = looked[i];
    one.chain = std::move(chains[i]);
    one.difference.logged = !one.chain.empty();
    one.difference.recorded = one.difference.decision
                                  ? IsDecisionLogged(one.change, one.chain)
                                  : recorded[i].has_value();
    if (!one.difference.decision && one.difference.logged &&
        !one.difference.recorded && one.chain.newest() != nullptr) {
      ++comparison_.to_log;
      if (sink_ != nullptr) RETURN_IF_ERROR(Log(one));
    }
    (one.change.newer == nullptr ? comparison_.vanished : comparison_.edited)
        .push_back(std::move(one.difference));
  }
  return {};
}

Result<void> ListComparer::Log(const Looked& looked) {
  const bool vanished = looked.change.newer == nullptr;
  const v1::Action action = entries_.ChangeOf(
      vanished ? v1::PUBLICATION_REMOVED : v1::PUBLICATION_EDITED,
      looked.change.block(), looked.puid, looked.chain.newest()->puid);
  const std::string place =
      absl::StrCat(Printable(vanished ? options_.previous : options_.file), ":",
                   looked.change.block().line);
  return sink_->OnAction({place, action.puid(), action.SerializeAsString(),
                          entries_.TakePayload(action.puid())});
}

Result<ListComparison> ListComparer::Run() {
  for (const DomainList* list : {&pair_.older(), &pair_.newer()}) {
    comparison_.unread += list->refused.size();
    for (const ImportRemark& remark : list->refused) {
      if (sink_ != nullptr) RETURN_IF_ERROR(sink_->OnRefused(remark));
    }
  }
  const std::vector<DomainChange> changes = pair_.Changes();
  const std::span<const DomainChange> all(changes);
  for (size_t first = 0; first < all.size(); first += kChainWindow) {
    RETURN_IF_ERROR(
        LookAt(all.subspan(first, std::min(kChainWindow, all.size() - first))));
    if (sink_ != nullptr) {
      sink_->OnProgress(std::min(first + kChainWindow, all.size()), all.size());
    }
  }
  return std::move(comparison_);
}

}  // namespace

Result<ListComparison> CompareMastodon(const MastodonOptions& options,
                                       ImportSink* sink) {
  ASSIGN_OR_RETURN(ListPair pair,
                   ListPair::Read(options.previous, options.file));
  return ListComparer(options, sink, std::move(pair)).Run();
}

}  // namespace modlog
