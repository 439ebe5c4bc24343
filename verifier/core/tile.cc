#include "verifier/core/tile.h"
