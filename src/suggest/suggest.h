/* suggest -- a sample of a log in, a rules file to start from out.
 *
 * Lines are put together by what they say: decoded ones by the field that tells them apart (msg,
 * event, ...), the rest as text. Each kind that is frequent becomes an event with a counter, labels
 * for fields with few values, histograms and gauges for fields that look like durations, sizes and
 * numbers; for every field left out a comment says why. All of it is guessed, and says so.
 *
 * The whole sample is kept in memory: the caller bounds it. */
#ifndef LT_SUGGEST_SUGGEST_H
#define LT_SUGGEST_SUGGEST_H

#include "engine/record.h"

struct suggest;

/* `least`: lines that a kind must have to be proposed. `field`, which is BORROWED, tells decoded lines
 * apart; NULL: one is found. */
struct suggest *suggest_new(uint64_t least, const char *field);
void suggest_free(struct suggest *s);
/* Takes a line that was read and decoded; copies it. */
void suggest_add(struct suggest *s, const struct record *r);
size_t suggest_bytes(const struct suggest *s);
/* Appends the rules file. `name` is what the sample is called. Once, at the end. */
void suggest_write(struct suggest *s, const char *name, struct buf *out);

#endif
