#include "verifier/core/bytes.h"
