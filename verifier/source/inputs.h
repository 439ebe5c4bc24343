#ifndef MODLOG_VERIFIER_SOURCE_INPUTS_H_
#define MODLOG_VERIFIER_SOURCE_INPUTS_H_

// What the commands are given: a policy, and a log or something that holds
// what a log serves. Thread-safe.

#include <memory>
#include <string>

#include "verifier/core/policy.h"
#include "verifier/source/source.h"
#include "verifier/source/url_source.h"

namespace modlog {

// ReadPolicy: the errors of ReadFile (files.h) and of ParsePolicy.
Result<Policy> ReadPolicy(const std::string& path);

// OpenTarget opens an address (http, https) or else a directory. kMalformed
// for an address that is none; a directory that cannot be opened is kNotFound
// or kUnavailable, and the message says what an address begins with.
Result<std::unique_ptr<Source>> OpenTarget(const std::string& target,
                                           const UrlSourceOptions& options);

}  // namespace modlog

#endif  // MODLOG_VERIFIER_SOURCE_INPUTS_H_
