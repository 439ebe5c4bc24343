#ifndef MODLOG_API_SERVER_SIGNING_H_
#define MODLOG_API_SERVER_SIGNING_H_

// Where modlogd's key comes from: log.key in the data directory, made on the
// first start, or what --key names: a file, or a key in a token.

#include "api/server/config.h"
#include "api/server/data_dir.h"
#include "log/write/signing_key.h"

namespace modlog {

// OpenSigningKey: errors of DataDir::LoadOrMakeKey, ReadLogKey and
// OpenTokenKey; kNotFound where --key names no file, which is never made;
// kMalformed where a token's key has no --origin to be named by.
Result<SigningKey> OpenSigningKey(const Config& config,
                                  const DataDir& directory);

}  // namespace modlog

#endif  // MODLOG_API_SERVER_SIGNING_H_
