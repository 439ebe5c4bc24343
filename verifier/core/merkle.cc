#include "verifier/core/merkle.h"
