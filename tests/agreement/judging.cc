#include "tests/agreement/judging.h"

#include <algorithm>
#include <memory>

#include "verifier/rules/first_pass.h"
#include "verifier/rules/second_pass.h"

namespace modlog {
namespace {

// One stretch as a pass reads it.
class StretchView {
 public:
  explicit StretchView(const Stretch& stretch) : first_(stretch.first) {
    for (size_t i = 0; i < stretch.entries.size(); ++i) {
      const PublishedEntry& entry = stretch.entries[i];
      hashes_.push_back(HashLeaf(AsBytes(entry.leaf)));
      entries_.push_back(entry.gone ? Bytes() : AsBytes(entry.leaf));
      if (entry.gone) missing_.push_back(i);
    }
  }

  BundleView view() const {
    BundleView view;
    view.first_entry = first_;
    view.entries = entries_;
    view.hashes = hashes_;
    view.missing = missing_;
    return view;
  }

 private:
  uint64_t first_;
  std::vector<Bytes> entries_;
  std::vector<Hash> hashes_;
  std::vector<size_t> missing_;
};

void Replay(const std::vector<StretchView>& views, auto* pass) {
  for (const StretchView& view : views) {
    if (auto then = pass->Read(view.view())) then();
  }
}

}  // namespace

std::vector<Finding> JudgeRecord(const std::string& origin,
                                 std::span<const Stretch> stretches) {
  std::vector<StretchView> views;
  for (const Stretch& stretch : stretches) views.emplace_back(stretch);
  Findings findings;
  RecordSummary summary;
  constexpr uint32_t kLateDays = 7;
  FirstPass first(stretches.back().end(), origin, kLateDays, &findings);
  Replay(views, &first);
  const RecordIndex index = std::move(first).Finish(&summary);
  for (const uint64_t entry : index.removals.Unexplained()) {
    findings.Add({kRuleRemovals, entry, "is gone, and nothing says so"});
  }
  if (index.needs_second_pass) {
    SecondPass second(index, origin, 0, &findings, &summary);
    Replay(views, &second);
    second.Finish();
  }
  return findings.kept();
}

const Finding* ViolationWithin(std::span<const Finding> findings,
                               uint64_t begin, uint64_t end) {
  const auto it = std::ranges::find_if(findings, [&](const Finding& finding) {
    return finding.severity == Severity::kViolation && finding.entry >= begin &&
           finding.entry < end;
  });
  return it == findings.end() ? nullptr : &*it;
}

}  // namespace modlog
