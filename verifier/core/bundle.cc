#include "verifier/core/bundle.h"
