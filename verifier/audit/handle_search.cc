#include "verifier/audit/handle_search.h"

#include "verifier/receipt/entry_words.h"

namespace modlog {
namespace {

// How a handle begins in an Action: field 35, 16 bytes. Parsing is the costly
// part of reading a log, and most entries have no handle.
constexpr std::string_view kFront("\x9a\x02\x10", 3);
static_assert(v1::Action::kSubjectHandleFieldNumber == 35 && kHandleSize == 16);

}  // namespace

HandleSearch::HandleSearch(const ProvedHandles& proved) {
  findings_.account = proved.account;
  findings_.platform = proved.platform;
  findings_.key = proved.key;
  for (const NumberedHandle& handle : proved.handles) {
    position_.emplace(handle.handle, findings_.handles.size());
    findings_.handles.push_back({handle.number, handle.handle, {}});
  }
}

std::vector<size_t> HandleSearch::BorneBy(std::string_view leaf) const {
  bool maybe = false;
  for (size_t at = leaf.find(kFront); at != leaf.npos && !maybe;
       at = leaf.find(kFront, at + 1)) {
    maybe = position_.contains(
        std::string(leaf.substr(at + kFront.size(), kHandleSize)));
  }
  if (!maybe) return {};
  ReadEntry entry;
  std::string scratch;
  if (!ReadCanonicalEntry(leaf, &entry, &scratch) ||
      entry.platform != findings_.platform) {
    return {};
  }
  std::vector<size_t> borne;
  const auto add = [&](const v1::Action& action) {
    const auto it = position_.find(action.subject_handle());
    if (it == position_.end() || action.handle_key() != findings_.key) return;
    if (borne.empty() || borne.back() != it->second) {
      borne.push_back(it->second);
    }
  };
  add(entry.action);
  if (entry.action.has_corrected()) add(entry.action.corrected());
  return borne;
}

std::function<void()> HandleSearch::Read(const BundleView& bundle) {
  std::vector<std::pair<size_t, uint64_t>> found;  // handle, entry
  for (size_t i = 0; i < bundle.entries.size(); ++i) {
    for (const size_t handle : BorneBy(AsText(bundle.entries[i]))) {
      found.emplace_back(handle, bundle.first_entry + i);
    }
  }
  return [this, found = std::move(found), removed = bundle.missing.size()] {
    findings_.removed += removed;
    for (const auto& [handle, entry] : found) {
      findings_.handles[handle].entries.push_back(entry);
    }
  };
}

HandleFindings HandleSearch::Finish() && { return std::move(findings_); }

}  // namespace modlog
