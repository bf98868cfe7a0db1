/* values -- a map from value to uses per label. Values out of use stay in the map until the family
 * is rebuilt. */
#include "config.h"

#include "metrics/values.h"

#include "base/xalloc.h"

#include <stdlib.h>

struct value_set *values_new(unsigned nlabels)
{
    return xcalloc(nlabels + 1, sizeof(struct value_set));
}

void values_free(struct value_set *sets, unsigned nlabels)
{
    for (unsigned i = 0; sets && i < nlabels; i++)
        map_release(&sets[i].uses);
    free(sets);
}

bool value_used(const struct value_set *set, struct slice value)
{
    uint64_t uses;

    return map_get(&set->uses, value, &uses) && uses;
}

void value_count(struct value_set *set, struct slice value, int by)
{
    uint64_t uses = 0;

    if (slice_eq(value, OTHER))
        return;
    (void)map_get(&set->uses, value, &uses);
    set->n -= uses > 0;
    uses += (uint64_t)(int64_t)by;
    set->n += uses > 0;
    (void)map_put(&set->uses, value, uses);
}
