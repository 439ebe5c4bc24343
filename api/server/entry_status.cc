#include "api/server/entry_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "api/server/redactions.h"
#include "api/server/status.h"
#include "verifier/core/entry.h"

namespace modlog {
namespace {

using Response = v1::GetStatusResponse;

Result<v1::Action> ParseAction(uint64_t index, const DecodedEntry& entry) {
  v1::Action action;
  if (!action.ParseFromArray(entry.action.data(),
                             static_cast<int>(entry.action.size()))) {
    return Fail(Code::kCorrupt,
                fmt::format("the action of entry {} does not parse", index));
  }
  return action;
}

uint32_t Today() {
  return static_cast<uint32_t>(
      std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())
          .time_since_epoch()
          .count());
}

// The last day on which any of what is left is in force; 0 for no end.
uint32_t LastDay(const Life& life) {
  const v1::Action& record = life.record;
  uint32_t last = 0;
  bool endless = false;
  const auto add = [&](v1::Measure measure, uint32_t day) {
    if ((life.left() >> measure & 1) == 0) return;
    endless = endless || day == 0;
    last = std::max(last, day);
  };
  add(v1::MEASURE_VISIBILITY, record.end_visibility());
  add(v1::MEASURE_LABEL, record.end_visibility());
  add(v1::MEASURE_MONETARY, record.end_monetary());
  add(v1::MEASURE_PROVISION, record.end_provision());
  add(v1::MEASURE_ACCOUNT, record.end_account());
  return endless ? 0 : last;
}

Response::State DecisionState(const Life& life, uint32_t as_of) {
  if (life.replaced) return Response::REPLACED;
  if (life.reversed || life.negated) return Response::REVERSED;
  // What was redacted says neither what there was nor when it ends.
  if (life.redacted_by || !life.unread.empty()) return Response::STATE_UNKNOWN;
  if (life.left() == 0) return Response::EXPIRED;
  const uint32_t last = LastDay(life);
  if (last != 0 && last < as_of) return Response::EXPIRED;
  return life.reversed_in_part ? Response::REVERSED_IN_PART
                               : Response::IN_FORCE;
}

std::string NameEntries(const std::vector<uint64_t>& indexes) {
  return fmt::format("{} {}", indexes.size() == 1 ? "entry" : "entries",
                     fmt::join(indexes, ", "));
}

std::string Because(const Life& life, Response::State state, uint32_t as_of) {
  const uint32_t last = LastDay(life);
  if (state == Response::EXPIRED && last != 0 && last < as_of) {
    return "the last of its end dates has passed";
  }
  if (state == Response::STATE_UNKNOWN && !life.unread.empty()) {
    return fmt::format("what {} did to it is not known: redacted",
                       NameEntries(life.unread));
  }
  if (state == Response::STATE_UNKNOWN && life.redacted_by) {
    return fmt::format("entry {} redacted it: what it said is not known",
                       *life.redacted_by);
  }
  if (life.by.empty()) return "no later entry changes it";
  return fmt::format("follows from {}", NameEntries(life.by));
}

// What is known of an entry whose bytes are gone.
Result<Response::Event> RedactedEvent(Log* log, uint64_t index) {
  ASSIGN_OR_RETURN(const auto redacted, log->ReadRedacted(index));
  if (!redacted) {
    return Fail(Code::kCorrupt, fmt::format("entry {} has no bytes", index));
  }
  Response::Event event;
  event.set_kind(static_cast<v1::Kind>(redacted->kind));
  event.set_logged_at(redacted->logged_at_ms);
  event.set_redacted_by(redacted->by);
  return event;
}

Result<Response::Event> ReadEvent(Log* log, uint64_t index) {
  const auto leaf = log->ReadLeaf(index);
  if (!leaf && leaf.error().code == Code::kNotFound) {
    return RedactedEvent(log, index);
  }
  if (!leaf) return std::unexpected(leaf.error());
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(*leaf));
  ASSIGN_OR_RETURN(const v1::Action action, ParseAction(index, entry));
  Response::Event event;
  event.set_kind(action.kind());
  event.set_puid(action.puid());
  event.set_logged_at(entry.logged_at_ms);
  event.set_extent(action.extent());
  event.set_outcome(action.outcome());
  *event.mutable_measures() = action.measures();
  event.set_restored(action.restored());
  event.set_reversal_cause(action.reversal_cause());
  return event;
}

Result<void> AddEvent(Log* log, uint64_t index, bool as_cause,
                      google::protobuf::RepeatedPtrField<Response::Event>* to) {
  ASSIGN_OR_RETURN(Response::Event event, ReadEvent(log, index));
  event.set_index(index);
  event.set_as_cause(as_cause);
  *to->Add() = std::move(event);
  return {};
}

// What the entry itself names: its puids lead to earlier entries.
Result<void> AddNamed(Log* log, std::string_view platform, bool as_cause,
                      const google::protobuf::RepeatedPtrField<std::string>& in,
                      Response* response) {
  for (const std::string& puid : in) {
    const auto index = log->FindPuid(platform, puid);
    if (!index && index.error().code == Code::kNotFound) continue;
    if (!index) return std::unexpected(index.error());
    RETURN_IF_ERROR(
        AddEvent(log, *index, as_cause, response->mutable_refers_to()));
  }
  return {};
}

Result<void> Describe(Log* log, uint64_t index, Response* response) {
  ASSIGN_OR_RETURN(const EntryLife status, log->ReadEntryLife(index));
  const uint32_t as_of = Today();
  response->set_index(index);
  response->set_state(StateOf(status.life, as_of));
  response->set_because(Because(status.life, response->state(), as_of));
  response->set_corrected(status.life.corrected);
  if (status.life.corrected && status.life.record_known) {
    *response->mutable_reads() = status.life.record;
  }
  response->set_tree_size(status.size);
  response->set_as_of(as_of);
  for (const Referrer& referrer : status.referrers) {
    RETURN_IF_ERROR(AddEvent(log, referrer.index, referrer.role == Role::kCause,
                             response->mutable_events()));
  }
  if (status.life.redacted_by) {
    response->set_redacted_by(*status.life.redacted_by);
    return {};
  }
  ASSIGN_OR_RETURN(std::string leaf, log->ReadLeaf(index));
  ASSIGN_OR_RETURN(const DecodedEntry entry, DecodeEntry(leaf));
  ASSIGN_OR_RETURN(const v1::Action action, ParseAction(index, entry));
  RETURN_IF_ERROR(
      AddNamed(log, entry.platform, false, action.about(), response));
  RETURN_IF_ERROR(
      AddNamed(log, entry.platform, true, action.cause(), response));
  response->set_leaf(std::move(leaf));
  return {};
}

// Look says what stands under a puid and returns how much refers to it.
Result<size_t> Look(Log* log, std::string_view platform, std::string_view puid,
                    v1::FindPuidsResponse::Found* found) {
  const auto index = log->FindPuid(platform, puid);
  if (!index && index.error().code == Code::kNotFound) return 0;
  if (!index) return std::unexpected(index.error());
  ASSIGN_OR_RETURN(const EntryLife status, log->ReadEntryLife(*index));
  found->set_known(true);
  found->set_index(*index);
  found->set_state(StateOf(status.life, Today()));
  found->set_corrected(status.life.corrected);
  if (status.life.redacted_by) {
    found->set_redacted_by(*status.life.redacted_by);
  } else {
    ASSIGN_OR_RETURN(*found->mutable_leaf(), log->ReadLeaf(*index));
  }
  return status.referrers.size();
}

}  // namespace

Response::State StateOf(const Life& life, uint32_t as_of) {
  if (life.is_void) return Response::VOID;
  switch (life.record.kind()) {
    case v1::KIND_ACTION:
    case v1::KIND_MODIFICATION:
    case v1::KIND_LABEL:
      return DecisionState(life, as_of);
    case v1::KIND_SCHEDULED:
      if (life.executed) return Response::EXECUTED;
      return life.cancelled ? Response::CANCELLED : Response::IN_FORCE;
    case v1::KIND_NOTICE_RECEIVED:
    case v1::KIND_APPEAL_FILED:
    case v1::KIND_EXTERNAL_REFERRED:
      if (life.decided) return Response::DECIDED;
      if (life.withdrawn) return Response::WITHDRAWN;
      return life.unread.empty() ? Response::IN_FORCE : Response::STATE_UNKNOWN;
    default:
      return Response::IN_FORCE;
  }
}

Reply<Response> ReadStatus(Log* log, const v1::GetStatusRequest& request) {
  uint64_t index = request.index();
  if (!request.puid().empty() || !request.platform().empty()) {
    if (request.index() != 0) {
      return std::unexpected(RefusedToGrpc(
          "index", "must be absent where platform and puid are given"));
    }
    const auto found = log->FindPuid(request.platform(), request.puid());
    if (!found) return FailedCall(*log, found.error());
    index = *found;
  }
  Response response;
  const auto described = Describe(log, index, &response);
  if (!described) return FailedCall(*log, described.error());
  return response;
}

Reply<v1::FindPuidsResponse> ReadFound(Log* log,
                                       const v1::FindPuidsRequest& request) {
  if (request.puids().empty() || request.puids_size() > kFindPuidsMax) {
    return std::unexpected(RefusedToGrpc(
        "puids", fmt::format("got {}, want 1 to {}", request.puids_size(),
                             kFindPuidsMax)));
  }
  v1::FindPuidsResponse response;
  size_t events = 0;
  for (const std::string& puid : request.puids()) {
    const auto looked =
        Look(log, request.platform(), puid, response.add_found());
    if (!looked) return FailedCall(*log, looked.error());
    events += *looked;
    if (events >= kFoundEventsMax) break;
  }
  return response;
}

}  // namespace modlog
