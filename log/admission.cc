#include "log/admission.h"
