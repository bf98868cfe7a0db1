/* literals -- which of many texts stand in a line? All in one walk, however many they are.
 *
 * Every text is entered by windows of eight bytes (four when many texts are short): `step` of them,
 * one after the other, so that one of them falls on a multiple of `step` wherever the text stands
 * in a line. The walk looks at every step-th position only: one load, one multiplication and one
 * bit of a filter that fits the first-level cache. A position that passes is looked up, and the
 * text compared whole, so an answer is proved; texts of one length that have that window at the same
 * place are told apart by one look-up of the whole text, however many they are. Where in a text its windows lie is chosen so that
 * they are rare among all texts: what most rules have in common decides nothing.
 *
 * Very short texts are searched for one by one. */
#ifndef LT_ENGINE_LITERALS_H
#define LT_ENGINE_LITERALS_H

#include "base/slice.h"

#include <stdint.h>

struct literals;

/* The texts (none is empty) and their list are BORROWED. NULL when there are none. */
struct literals *literals_new(const struct slice *texts, unsigned n);
void literals_free(struct literals *l);

/* Which texts a line was said to have already: one of each thread that searches. */
uint64_t *literals_marks(const struct literals *l);
/* Numbers of the texts that stand in the line, each once; room for all. Returns how many. */
unsigned literals_find(const struct literals *l, struct slice line, uint64_t *marks, uint32_t *ret);

#endif
