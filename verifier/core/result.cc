#include "verifier/core/result.h"
