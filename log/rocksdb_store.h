#ifndef MODLOG_LOG_ROCKSDB_STORE_H_
#define MODLOG_LOG_ROCKSDB_STORE_H_

// The Store on an embedded RocksDB. rocksdb_store.cc is one of the two files
// that know RocksDB; its head says which settings matter and why.

#include <memory>
#include <string>

#include "log/store.h"

namespace modlog {

// OpenRocksDbStore opens the database in `directory`, making it if missing.
// kUnavailable when another process holds it, kCorrupt when its log of writes
// or a file fails its checksum.
Result<std::unique_ptr<Store>> OpenRocksDbStore(const std::string& directory);

}  // namespace modlog

#endif  // MODLOG_LOG_ROCKSDB_STORE_H_
