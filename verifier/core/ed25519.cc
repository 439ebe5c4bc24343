#include "verifier/core/ed25519.h"
