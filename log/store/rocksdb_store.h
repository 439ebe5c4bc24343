#ifndef MODLOG_LOG_STORE_ROCKSDB_STORE_H_
#define MODLOG_LOG_STORE_ROCKSDB_STORE_H_

// The Store on an embedded RocksDB. rocksdb_store.cc is one of the two files
// that know RocksDB; its head says which settings matter and why.

#include <cstddef>
#include <memory>
#include <string>

#include "log/store/store.h"

namespace modlog {

struct RocksDbOptions {
  // Table files kept open, at least kTableFilesMin; the others are opened when
  // they are read. Beside these the store holds some ten files, and while it
  // compacts those that it compacts.
  int table_files = 256;
  // What is kept in memory before it becomes a table file, a half of the most
  // that one grows to. Less is for tests that need many files.
  size_t table_size = size_t{32} << 20;
};
inline constexpr int kTableFilesMin = 32;

// OpenRocksDbStore opens the database in `directory`, making it if missing.
// kUnavailable when another process holds it, kCorrupt when its log of writes
// fails its checksum, or a file is missing or has another size; a damaged file
// is found when it is read.
Result<std::unique_ptr<Store>> OpenRocksDbStore(const std::string& directory,
                                                RocksDbOptions options = {});

}  // namespace modlog

#endif  // MODLOG_LOG_STORE_ROCKSDB_STORE_H_
