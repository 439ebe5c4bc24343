#include "verifier/core/frontier.h"
