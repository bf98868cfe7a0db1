/* explain_near -- the events that a line nearly was, in words. Private to explain. */
#ifndef LT_ENGINE_EXPLAIN_NEAR_H
#define LT_ENGINE_EXPLAIN_NEAR_H

#include "engine/explain.h"

/* For a terminal; "" stands for any where there is none. */
#define BOLD "\033[1m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"

/* `taken`: the line is an event. */
void explain_near(const struct trace *t, const struct explain_options *o, bool taken,
                  struct buf *out);
/* Of a comparison of numbers that holds, where units are in it: what was compared. */
void explain_comparison(const struct trace *t, const struct condition *c, struct buf *out);
/* How far a regex fits a text that it does not match. `hinted`: it is said already what is wrong. */
void explain_reach(const struct pattern *p, struct slice text, bool hinted, struct buf *out);
/* "  is event NAME  (FILE:LINE)" */
void explain_name(const char *what, const struct event *e, const char *color, struct buf *out);

#endif
