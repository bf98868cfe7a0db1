/* unit -- the names of units; only num.c and unit.c use this, see num.h for the rest. */
#ifndef LT_BASE_UNIT_H
#define LT_BASE_UNIT_H

#include "base/num.h"

/* The unit that a value may carry: of this kind, or of any when `kind` is UNIT_NONE. */
bool unit_find(struct slice name, enum unit_kind kind, struct unit *ret_unit);

#endif
