#include "log/rocksdb_store.h"
