#ifndef MODLOG_API_EXPORT_LOSSES_H_
#define MODLOG_API_EXPORT_LOSSES_H_

// What an export could not express, counted by what it is; a person is told at
// the end.

#include <cstdint>
#include <map>
#include <string>

namespace modlog {

using Losses = std::map<std::string, uint64_t>;

}  // namespace modlog

#endif  // MODLOG_API_EXPORT_LOSSES_H_
