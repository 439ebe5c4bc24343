#ifndef MODLOG_TESTS_IMPORT_COLLECTOR_H_
#define MODLOG_TESTS_IMPORT_COLLECTOR_H_

// A sink that keeps what an import hands out, for tests to look at.

#include <string>
#include <vector>

#include "api/import/importer.h"
#include "modlog/v1/action.pb.h"

namespace modlog {

struct Collector : ImportSink {
  Result<void> OnAction(ImportedAction action) override {
    if (actions.size() == stop_after) {
      return Fail(Code::kUnavailable, "the log is gone");
    }
    v1::Action parsed;
    if (!parsed.ParseFromString(action.action)) {
      return Fail(Code::kMalformed, "an action that does not parse");
    }
    messages.push_back(parsed);
    actions.push_back(std::move(action));
    return {};
  }
  Result<void> OnRefused(ImportRemark remark) override {
    refused.push_back(std::move(remark));
    if (strict) return Fail(Code::kMalformed, "stopped");
    return {};
  }
  void OnWarning(ImportRemark remark) override {
    warnings.push_back(std::move(remark));
  }
  void OnPassedOver(ImportRemark remark) override {
    passed_over.push_back(std::move(remark));
  }
  void OnProgress(uint64_t files_done, uint64_t files_total) override {
    done.push_back(files_done);
    total = files_total;
  }

  size_t stop_after = SIZE_MAX;
  bool strict = false;
  std::vector<ImportedAction> actions;
  std::vector<v1::Action> messages;  // the same, parsed
  std::vector<ImportRemark> refused;
  std::vector<ImportRemark> warnings;
  std::vector<ImportRemark> passed_over;
  std::vector<uint64_t> done;
  uint64_t total = 0;
};

}  // namespace modlog

#endif  // MODLOG_TESTS_IMPORT_COLLECTOR_H_
