#ifndef MODLOG_VERIFIER_RULES_FIELD_SET_H_
#define MODLOG_VERIFIER_RULES_FIELD_SET_H_

// A set of fields of Action, by number (1..127). Read off the bytes of an
// action that was found canonical, so that nothing has to be asked of every
// field. Pure, thread-safe.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "verifier/core/bytes.h"

namespace modlog {

class FieldSet {
 public:
  static constexpr int kMax = 127;

  constexpr FieldSet() = default;
  constexpr FieldSet(std::initializer_list<int> numbers) {
    for (const int number : numbers) Add(number);
  }

  constexpr void Add(int number) {
    (number < 64 ? low_ : high_) |= uint64_t{1} << (number & 63);
  }
  constexpr bool Has(int number) const {
    return ((number < 64 ? low_ : high_) >> (number & 63) & 1) != 0;
  }
  constexpr bool empty() const { return (low_ | high_) == 0; }

  friend constexpr FieldSet operator|(FieldSet a, FieldSet b) {
    return FieldSet(a.low_ | b.low_, a.high_ | b.high_);
  }
  friend constexpr FieldSet operator&(FieldSet a, FieldSet b) {
    return FieldSet(a.low_ & b.low_, a.high_ & b.high_);
  }
  // Without: what is in `a` and not in `b`.
  friend constexpr FieldSet operator-(FieldSet a, FieldSet b) {
    return FieldSet(a.low_ & ~b.low_, a.high_ & ~b.high_);
  }
  friend constexpr bool operator==(FieldSet, FieldSet) = default;

  std::vector<int> Numbers() const;  // ascending

 private:
  constexpr FieldSet(uint64_t low, uint64_t high) : low_(low), high_(high) {}

  uint64_t low_ = 0;
  uint64_t high_ = 0;
};

// PresentFields lists the fields of an encoded Action that have a value. What
// does not parse is left out.
FieldSet PresentFields(std::string_view action);

// DifferingFields lists the fields in which two encoded Actions differ.
FieldSet DifferingFields(std::string_view a, std::string_view b);

// FieldName returns the name of a field of Action: "end_visibility".
std::string FieldName(int number);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_RULES_FIELD_SET_H_
