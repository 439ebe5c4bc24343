#include "verifier/watch/new_entries.h"

#include <memory>

#include "verifier/rules/audited_succession.h"
#include "verifier/rules/logged_at.h"
#include "verifier/rules/record_facts.h"

namespace modlog {

// The rules begin before the first new entry, so findings about older ones are
// dropped: they were told when those were new.
Judged<NewEntries> CheckNewEntries(const NewEntriesRequest& request) {
  NewEntries found;
  LoggedAtRule logged_at;
  SuccessionRule succession(/*origin=*/"");  // whose it is, a whole audit says
  const auto add = [&](const Finding& finding) {
    if (finding.entry >= request.size_before) found.findings.Add(finding);
  };
  // The rules need the entry before the first new one, so that the bundles
  // begin with entries that are not new.
  ReplayRequest replay;
  replay.source = request.source;
  replay.head = request.now;
  replay.first_bundle =
      request.size_before == 0 ? 0 : (request.size_before - 1) / kTileWidth;
  replay.threads = request.threads;
  replay.stop = request.stop;
  if (!request.integrity_only) {
    replay.read = [&](const BundleView& bundle) -> std::function<void()> {
      auto facts = std::make_shared<RecordFacts>(ReadRecordFacts(bundle));
      return [&, facts] {
        for (const Finding& finding : facts->findings) add(finding);
        Findings clock;
        for (const EntryFacts& entry : facts->entries) {
          logged_at.Take(entry.entry, entry.logged_at_ms, &clock);
        }
        for (const RareEntry& rare : facts->rare) {
          if (rare.action.kind() != v1::KIND_SUCCESSION) continue;
          succession.Take(rare.entry, facts->platforms[rare.platform],
                          rare.action, &clock);
        }
        for (const Finding& finding : clock.kept()) add(finding);
      };
    };
  }
  replay.take = [&](const VerifiedBundle& bundle) {
    found.any_missing = found.any_missing || !bundle.missing.empty();
  };
  auto replayed = Replay(replay, &found.counts);
  if (!replayed) return std::unexpected(replayed.error());
  Findings after_the_end;
  RecordSummary summary;
  succession.Finish(request.now.size, &after_the_end, &summary);
  for (const Finding& finding : after_the_end.kept()) add(finding);
  found.succeeded_by = std::move(summary.succeeded_by);
  return found;
}

std::string OriginOf(const NamedLog& log) {
  return log.vkey.substr(0, log.vkey.find('+'));
}

Judged<FirstEntry> ReadFirstEntry(Source* source, const TreeHead& head) {
  auto trunk = Trunk::Open(source, head);
  if (!trunk) return std::unexpected(trunk.error());
  const auto expected = trunk->Expect(0);
  if (!expected) return std::unexpected(expected.error());
  RecordFacts facts;
  const auto bundle =
      VerifyBundle(source, *expected, [&facts](const BundleView& view) {
        facts = ReadRecordFacts(view);
        return nullptr;
      });
  if (!bundle) return std::unexpected(bundle.error());
  SuccessionRule succession(/*origin=*/"");
  Findings unasked;
  for (const RareEntry& rare : facts.rare) {
    if (rare.entry != 0 || rare.action.kind() != v1::KIND_SUCCESSION) continue;
    succession.Take(0, facts.platforms[rare.platform], rare.action, &unasked);
  }
  RecordSummary summary;
  succession.Finish(head.size, &unasked, &summary);
  return FirstEntry{
      .is_missing = !bundle->missing.empty() && bundle->missing.front() == 0,
      .succeeds = std::move(summary.succeeds)};
}

}  // namespace modlog
