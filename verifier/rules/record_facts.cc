#include "verifier/rules/record_facts.h"

#include <algorithm>

#include "verifier/core/entry.h"
#include "verifier/receipt/entry_words.h"
#include "verifier/rules/audited_fields.h"
#include "verifier/rules/key_prefixes.h"
#include "verifier/rules/writers.h"

namespace modlog {
namespace {

constexpr size_t kActionMax = 4'096;

// Reads the entries of one bundle. One message for all of them: its storage is
// reused.
class Reader {
 public:
  RecordFacts Read(const BundleView& bundle) && {
    facts_.entries.reserve(bundle.entries.size());
    for (size_t i = 0; i < bundle.entries.size(); ++i) {
      index_ = bundle.first_entry + i;
      if (std::ranges::binary_search(bundle.missing, i)) {
        facts_.missing.push_back(index_);
      } else {
        ReadEntryAt(bundle.entries[i]);
      }
    }
    return std::move(facts_);
  }

 private:
  void ReadEntryAt(Bytes leaf) {
    violations_ = warnings_ = 0;
    const auto read = ReadCanonicalEntry(AsText(leaf), &entry_, &scratch_);
    if (!read) {
      const bool newer = read.error().code == Code::kUnavailable;
      facts_.findings.push_back(
          {kRuleEncoding, index_, read.error().message,
           newer ? Severity::kUnjudged : Severity::kViolation});
      return;
    }
    const v1::Action& action = entry_.action;
    EntryFacts facts;
    facts.entry = index_;
    facts.logged_at_ms = entry_.logged_at_ms;
    facts.platform = PlatformNumber();
    if (entry_.action_bytes.empty()) {
      facts_.entries.push_back(facts);
      return;
    }
    facts.kind = static_cast<uint8_t>(action.kind() & 0x7f);
    facts.key = PuidKeyOf(entry_.platform, action.puid());
    ReadCounts(action, &facts);
    ReadReferences(action);
    ReadTerms(action, facts.platform);
    if (action.handle_key() != 0) {
      facts_.handles.push_back({index_, facts.platform, action.handle_key()});
    }
    if (action.corrected().handle_key() != 0) {
      facts_.handles.push_back(
          {index_, facts.platform, action.corrected().handle_key(), true});
    }
    if (IsRareKind(action.kind())) {
      facts_.rare.push_back({index_, facts.platform, facts.key, action});
    }
    facts_.entries.push_back(facts);
    if (entry_.action_bytes.size() > kActionMax) {
      complain_(kRuleEncoding, Severity::kViolation,
                "its action is longer than 4096 bytes");
    }
    if (auto finding = JudgeWriter(index_, action.kind(), entry_.platform)) {
      facts_.findings.push_back(*std::move(finding));
    }
    JudgeAction(action, PresentFields(entry_.action_bytes), entry_.logged_at_ms,
                complain_);
  }

  uint32_t PlatformNumber() {
    std::vector<std::string>& platforms = facts_.platforms;
    if (platforms.empty() || platforms[last_platform_] != entry_.platform) {
      const auto it = std::ranges::find(platforms, entry_.platform);
      last_platform_ = static_cast<uint32_t>(it - platforms.begin());
      if (it == platforms.end()) platforms.push_back(entry_.platform);
    }
    return last_platform_;
  }

  static void ReadCounts(const v1::Action& action, EntryFacts* facts) {
    facts->own = action.provenance() == v1::PROVENANCE_FIRST_HAND;
    facts->detection = static_cast<uint8_t>(action.automated_detection());
    facts->decision = static_cast<uint8_t>(action.automated_decision());
    facts->void_reason = static_cast<uint8_t>(action.void_reason());
    if (action.application_date() == 0) return;
    const auto day = static_cast<uint64_t>(facts->logged_at_ms / kMsPerDay);
    facts->delay_known = true;
    facts->delay_days = static_cast<uint32_t>(
        day - std::min<uint64_t>(day, action.application_date()));
  }

  void ReadReferences(const v1::Action& action) {
    for (const auto* list : {&action.about(), &action.cause()}) {
      for (const std::string& puid : FollowedOf(*list)) {
        facts_.referenced.push_back(
            KeyPrefixes::Of(PuidKeyOf(entry_.platform, puid)));
      }
    }
    if (action.has_corrected()) ReadReferences(action.corrected());
  }

  void ReadTerms(const v1::Action& action, uint32_t platform) {
    const auto use = [&](uint32_t number, v1::TermKind kind) {
      if (number != 0) {
        facts_.terms.push_back({index_, platform, number, kind});
      }
    };
    use(action.policy_term(), v1::TERM_KIND_POLICY);
    use(action.legal_term(), v1::TERM_KIND_LAW);
    use(action.reason_term(), v1::TERM_KIND_REASON);
    use(action.body_term(), v1::TERM_KIND_BODY);
    for (const uint32_t number : action.label_terms()) {
      use(number, v1::TERM_KIND_LABEL);
    }
    if (action.has_corrected()) ReadTerms(action.corrected(), platform);
  }

  RecordFacts facts_;
  ReadEntry entry_;
  std::string scratch_;
  uint64_t index_ = 0;
  uint32_t last_platform_ = 0;
  uint32_t violations_ = 0;  // of the entry
  uint32_t warnings_ = 0;
  const Complain complain_ = [this](std::string_view rule, Severity severity,
                                    std::string what) {
    // What is not judged decides a verdict, and there are a few places for it.
    uint32_t& count =
        severity == Severity::kViolation ? violations_ : warnings_;
    if (severity != Severity::kUnjudged && ++count > kFindingsPerEntryMax) {
      return;
    }
    facts_.findings.push_back({rule, index_, std::move(what), severity});
  };
};

}  // namespace

PlatformId PlatformIdOf(std::string_view platform) {
  const Hash hash = Sha256(AsBytes(platform));
  PlatformId id;
  std::copy_n(hash.begin(), id.size(), id.begin());
  return id;
}

Hash PuidKeyOf(std::string_view platform, std::string_view puid) {
  const uint8_t zero = 0;
  return Sha256({AsBytes(platform), Bytes(&zero, 1), AsBytes(puid)});
}

bool IsRareKind(int kind) {
  switch (kind) {
    case v1::KIND_CORRECTION:
    case v1::KIND_VOID:
    case v1::KIND_PAYLOAD_ERASED:
    case v1::KIND_LEAF_REDACTED:
    case v1::KIND_STATS_ATTESTATION:
    case v1::KIND_TERM:
    case v1::KIND_PLATFORM_KEY:
    case v1::KIND_SUCCESSION:
      return true;
    default:
      return false;
  }
}

RecordFacts ReadRecordFacts(const BundleView& bundle) {
  return Reader().Read(bundle);
}

}  // namespace modlog
