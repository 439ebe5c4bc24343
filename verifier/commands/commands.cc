#include "verifier/commands/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>

#include "verifier/audit/audit.h"
#include "verifier/audit/predecessor.h"
#include "verifier/audit/report.h"
#include "verifier/base/durable_file.h"
#include "verifier/base/progress.h"
#include "verifier/core/bundle.h"
#include "verifier/evidence/fork.h"
#include "verifier/receipt/handles.h"
#include "verifier/receipt/receipt.h"
#include "verifier/receipt/seal_file.h"
#include "verifier/source/inputs.h"

namespace modlog {
namespace {

// A proof file is a note and, above it, an index, a path and an extra.
constexpr size_t kProofFileSizeMax = kNoteSizeMax + 2 * kProofExtraSizeMax;

Verdict CannotTell(const Error& error) {
  std::cerr << "modlog-verify: cannot tell: " << error.message << '\n';
  return Verdict::kCannotTell;
}

Result<std::unique_ptr<Memory>> OpenMemory(const AuditOptions& options) {
  if (options.state.empty()) return nullptr;
  return Memory::Open(options.state, options.first_use
                                         ? Memory::IfMissing::kCreate
                                         : Memory::IfMissing::kRefuse);
}

// What is too long is not unreadable, but no handle file.
Result<std::string> ReadHandles(const std::string& path) {
  return ReadFile(path, 2 * kHandleFileSizeMax);
}

Result<HandlesReport> JudgeHandleFiles(const std::string& path,
                                       const Policy& policy) {
  ASSIGN_OR_RETURN(const std::string file, ReadHandles(path));
  return JudgeHandles(file, policy);
}

Result<void> JudgeSealOf(const ReceiptOptions& options, ReceiptReport* report) {
  std::optional<VerifierKey> key;
  if (!options.platform_key.empty()) {
    auto parsed = ParseVerifierKey(options.platform_key);
    if (!parsed) return Prefixed("--platform-key", parsed.error());
    key = *std::move(parsed);
  }
  // What is too long is not unreadable, but no seal file.
  ASSIGN_OR_RETURN(const std::string file,
                   ReadFile(options.seal, 2 * kSealFileSizeMax));
  JudgeSealFile(file, key, report);
  return {};
}

Result<ReceiptReport> JudgeReceiptFiles(const ReceiptOptions& options) {
  ASSIGN_OR_RETURN(const Policy policy, ReadPolicy(options.policy));
  // An entry that is too long is not unreadable, but cannot be in a log.
  ASSIGN_OR_RETURN(const std::string entry,
                   ReadFile(options.entry, 16 * kEntrySizeMax));
  ASSIGN_OR_RETURN(const std::string proof,
                   ReadFile(options.proof, kProofFileSizeMax));
  ReceiptReport report = JudgeReceipt(entry, proof, policy);
  if (!options.openings.empty()) {
    // What is too long is not unreadable, but no openings file.
    ASSIGN_OR_RETURN(const std::string openings,
                     ReadFile(options.openings, 2 * kOpeningsFileSizeMax));
    JudgeOpenings(openings, &report);
  }
  if (!options.seal.empty()) {
    RETURN_IF_ERROR(JudgeSealOf(options, &report));
  }
  if (!options.handles.empty()) {
    ASSIGN_OR_RETURN(const std::string handles, ReadHandles(options.handles));
    JudgeHandleFile(handles, policy, &report);
  }
  return report;
}

Result<ReceiptReport> JudgeCoseFiles(const CoseOptions& options) {
  const auto key = ParseVerifierKey(options.key);
  if (!key) return Prefixed("--key", key.error());
  if (key->type != SignatureType::kEd25519) {
    return Fail(Code::kUntrusted,
                "--key: want a key of type 1, such as cose_vkey of `modlog "
                "status --json`");
  }
  // What is too long is not unreadable, but no entry and no receipt.
  ASSIGN_OR_RETURN(const std::string entry,
                   ReadFile(options.entry, 16 * kEntrySizeMax));
  ASSIGN_OR_RETURN(const std::string receipt,
                   ReadFile(options.receipt, 16 * kCoseReceiptSizeMax));
  ReceiptReport report = JudgeCoseReceipt(entry, receipt, *key);
  if (!options.openings.empty()) {
    ASSIGN_OR_RETURN(const std::string openings,
                     ReadFile(options.openings, 2 * kOpeningsFileSizeMax));
    JudgeOpenings(openings, &report);
  }
  return report;
}

// A directory is found again from elsewhere, too.
std::string PlaceOf(const std::string& target) {
  if (target.find("://") != std::string::npos) return target;
  std::error_code error;
  const auto whole = std::filesystem::absolute(target, error);
  return error ? target : whole.string();
}

Result<AuditReport> AuditTarget(const AuditOptions& options,
                                const std::atomic<bool>* stop) {
  ASSIGN_OR_RETURN(const Policy policy, ReadPolicy(options.policy));
  ASSIGN_OR_RETURN(const std::unique_ptr<Memory> memory, OpenMemory(options));
  UrlSourceOptions url_options;
  url_options.stop = stop;
  ASSIGN_OR_RETURN(const std::unique_ptr<Source> source,
                   OpenTarget(options.target, url_options));
  std::optional<HandlesReport> handles;
  if (!options.handles.empty()) {
    ASSIGN_OR_RETURN(handles, JudgeHandleFiles(options.handles, policy));
  }
  Progress progress;
  AuditRequest request;
  request.handles = handles ? &*handles : nullptr;
  request.source = source.get();
  request.policy = &policy;
  request.memory = memory.get();
  request.first_use = options.first_use;
  request.target = PlaceOf(options.target);
  request.open = [&url_options](const std::string& place) {
    return OpenTarget(place, url_options);
  };
  request.integrity_only = options.integrity_only || options.from > 0;
  request.from = options.from;
  request.strict = options.strict;
  request.payloads = options.payloads;
  request.late_days = options.late_days;
  request.threads = options.threads;
  request.stop = stop;
  request.progress = [&progress](const std::string& what, uint64_t done,
                                 uint64_t total) {
    progress.Show(what, done, total);
  };
  AuditReport report = Audit(request);
  if (options.predecessor.empty()) return report;
  ASSIGN_OR_RETURN(const std::unique_ptr<Source> before,
                   OpenTarget(options.predecessor, url_options));
  AuditRequest earlier = request;
  earlier.source = before.get();
  earlier.memory = nullptr;
  earlier.handles = nullptr;
  earlier.target.clear();
  JudgePredecessor(earlier, memory.get(), options.strict, &report);
  return report;
}

}  // namespace

Verdict RunBareProofs(BareProofKind kind, const std::string& path) {
  if (path == "-") return JudgeBareProofs(kind, std::cin, std::cout);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (file.is_open()) file.peek();  // a directory opens, but cannot be read
  if (!file.is_open() || file.bad()) {
    return CannotTell({Code::kUnavailable,
                       "cannot read " + path + ": " + std::strerror(errno)});
  }
  file.clear();  // an empty file has its end seen already
  return JudgeBareProofs(kind, file, std::cout);
}

Verdict RunReceipt(const ReceiptOptions& options) {
  const auto report = JudgeReceiptFiles(options);
  if (!report) return CannotTell(report.error());
  std::cout << (options.json ? FormatReceiptJson(*report)
                             : FormatReceipt(*report));
  return report->verdict;
}

Verdict RunCose(const CoseOptions& options) {
  const auto report = JudgeCoseFiles(options);
  if (!report) return CannotTell(report.error());
  std::cout << (options.json ? FormatReceiptJson(*report)
                             : FormatReceipt(*report));
  return report->verdict;
}

Verdict RunHandles(const HandleOptions& options) {
  const auto policy = ReadPolicy(options.policy);
  if (!policy) return CannotTell(policy.error());
  const auto report = JudgeHandleFiles(options.file, *policy);
  if (!report) return CannotTell(report.error());
  std::cout << (options.json ? FormatHandlesJson(*report)
                             : FormatHandles(*report));
  return report->verdict;
}

Verdict RunFork(const ForkOptions& options) {
  const auto policy = ReadPolicy(options.policy);
  if (!policy) return CannotTell(policy.error());
  const auto evidence = ReadFile(options.evidence, kEvidenceSizeMax);
  if (!evidence) return CannotTell(evidence.error());
  const ForkReport report = JudgeFork(*evidence, *policy);
  std::cout << (options.json ? FormatForkJson(report) : FormatFork(report));
  return report.verdict;
}

Verdict RunAudit(const AuditOptions& options, const std::atomic<bool>* stop) {
  const auto report = AuditTarget(options, stop);
  if (!report) return CannotTell(report.error());
  std::cout << (options.json ? FormatAuditJson(*report) : FormatAudit(*report));
  if (!report->unkept.empty()) std::cerr << UnkeptEvidence(report->unkept);
  return report->verdict;
}

}  // namespace modlog
