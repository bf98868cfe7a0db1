/* no_oracle -- what the simulated disk and its calls tell the oracle and the coverage, for programs that have
 * neither: what comes of a test is judged by the test. */
#include "config.h"

#include "world.h"

void cover(enum cover group, unsigned i)
{
    (void)group, (void)i;
}

void oracle_failed(void)
{
}

void oracle_leaves_alone(const struct node *n)
{
    (void)n;
}

void oracle_cuts(struct node *n, size_t size)
{
    (void)n, (void)size;
}

void oracle_excuse(const struct node *n)
{
    (void)n;
}

void oracle_may_double(const struct node *n)
{
    (void)n;
}

void oracle_doubts(const struct node *n, enum doubt doubt)
{
    (void)n, (void)doubt;
}
