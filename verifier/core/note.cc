#include "verifier/core/note.h"
