#include "verifier/core/entry.h"
