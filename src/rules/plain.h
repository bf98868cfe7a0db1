/* plain -- regexes that are a row of texts and of bytes of some kind, which most regexes of logs are: found
 * by searching for the texts, many bytes at a time.
 *
 *     "msg":"db query".*"table":"(?<table>[^"]*)".*"duration":(?<duration>\d+)(?:,"rows":(?<rows>\d+))?
 *
 * It may have literal text, classes, \d \w \s and their complements, each repeated or not; groups, with
 * alternatives and `?` but not repeated; ^ at its start and $ at its end; and it begins with ^ or a text. It
 * finds what PCRE2 finds, and the groups as it does; what it does not know at all, or would try for long, is
 * left to PCRE2. */
#ifndef LT_RULES_PLAIN_H
#define LT_RULES_PLAIN_H

#include "base/slice.h"

struct plain;

/* Of a regex that PCRE2 compiles for bytes, with \n as newline. NULL: it is none. */
struct plain *plain_new(struct slice regex);
void plain_free(struct plain *p);

enum plain_result { PLAIN_NO, PLAIN_YES, PLAIN_UNDECIDED };

/* A subject that is empty is not NULL. Of YES where the match and then each of its groups begins and ends, in bytes: as PCRE2 has them. Takes time
 * for some times the subject's bytes at most, and is UNDECIDED then. */
enum plain_result plain_match(const struct plain *p, struct slice subject, size_t *ret_spans);

#endif
