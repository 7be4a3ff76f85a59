/* The table of reasons; a second row for the same cell does not compile. */
#include "views/reasons.h"

const char *const reasons[REASONS_COUNT][CMD_COUNT] = {
#define NOT(view, cmd, text) [REASONS_##view][CMD_##cmd] = text,
#include "views/reasons.def"
#undef NOT
};
