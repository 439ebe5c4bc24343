#include "verifier/core/checkpoint.h"
