#include "log/clock.h"
