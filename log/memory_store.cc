#include "log/memory_store.h"
