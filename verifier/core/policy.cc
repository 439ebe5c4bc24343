#include "verifier/core/policy.h"
