#ifndef MODLOG_API_IMPORT_INPUT_JSON_STATEMENTS_H_
#define MODLOG_API_IMPORT_INPUT_JSON_STATEMENTS_H_

// The objects in a JSON file, one after the other in constant memory, whichever
// way they were put together:
//
//   {"puid":…}                        one
//   [{"puid":…},{"puid":…}]           a list
//   {"statements":[{"puid":…},…]}     the body of a call; "statements" first
//   {"puid":…}\n{"puid":…}\n          any of these, one behind the other
//
// Only what lies between the objects is judged here, and where an object ends;
// whether it is JSON is for who gets it. An object of more than
// kJsonObjectSizeMax bytes is handed out as refused and passed over.
//
// Not thread-safe.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/import/input/read_window.h"
#include "verifier/core/result.h"

namespace modlog {

inline constexpr size_t kJsonObjectSizeMax = 1 << 20;

struct JsonObject {
  uint64_t number = 0;  // from 1
  uint64_t line = 0;    // on which it begins, from 1
  std::string text;
  std::optional<std::string> refused;
};

class JsonStatements {
 public:
  explicit JsonStatements(ReadBytes read) : window_(std::move(read)) {}

  // Next returns the next object, null at the end. kMalformed, with the line,
  // where the file cannot be read any further; errors of the source.
  Result<const JsonObject*> Next();

 private:
  enum class Place {
    kTop,
    kListStart,  // behind [
    kList,       // behind an element
  };

  Result<bool> Fill();
  Result<std::optional<char>> Peek();  // the next byte that is no blank
  void Skip(size_t size);
  Result<bool> EnterBody();
  Result<bool> StepBehindElement();
  Result<void> LeaveList();
  Result<const JsonObject*> TakeObject();
  Result<void> TakeUntilClosed();
  bool Keep(std::string_view piece);
  std::unexpected<Error> Fault(const std::string& what) const;

  ReadWindow window_;
  bool started_ = false;
  uint64_t line_ = 1;
  Place place_ = Place::kTop;
  bool in_body_ = false;  // the list is that of "statements"
  JsonObject object_;
};

}  // namespace modlog

#endif  // MODLOG_API_IMPORT_INPUT_JSON_STATEMENTS_H_
