#include "verifier/core/sha256.h"
