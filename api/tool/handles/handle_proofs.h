#ifndef MODLOG_API_TOOL_HANDLES_HANDLE_PROOFS_H_
#define MODLOG_API_TOOL_HANDLES_HANDLE_PROOFS_H_

// Handle files (verifier/receipt/handle_file.h) as a platform makes them.

#include <string>
#include <vector>

#include "api/client/client.h"
#include "api/tool/handles/handle_keys.h"
#include "verifier/receipt/handle_file.h"

namespace modlog {

// The puids of the entries about a key.
std::string HandleKeyPuid(uint32_t number);           // it is registered
std::string HandleKeyDestroyedPuid(uint32_t number);  // it is destroyed

// MakeHandleFile proves the numbers under a key of the platform, with the
// registration as the log proves it. kNotFound where the log has none.
Result<HandleFile> MakeHandleFile(Client* client, const HandleKey& key,
                                  const std::string& account,
                                  const std::vector<uint32_t>& numbers);

// FindNumber: the number of the account under which the key makes `handle`,
// among the first `last`. kNotFound.
Result<uint32_t> FindNumber(const HandleKey& key, const std::string& account,
                            std::string_view handle, uint32_t last);

// WriteHandleFile writes it, mode 0600.
Result<void> WriteHandleFile(const std::string& path, const HandleFile& file);

// ReadHandleFile: kMalformed and kBadProof say what is wrong with it; that the
// registration is in the log is held against the key that the log names.
Result<ProvedHandles> ReadHandleFile(Client* client, const std::string& path);

}  // namespace modlog

#endif  // MODLOG_API_TOOL_HANDLES_HANDLE_PROOFS_H_
