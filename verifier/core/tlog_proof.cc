#include "verifier/core/tlog_proof.h"
