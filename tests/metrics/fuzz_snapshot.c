/* Fuzzes restore, merge and drop: whatever the bytes, they are refused, or what comes of them can be
 * shown, saved and read again, and each series is read as it is written. */
#include "config.h"

#include "metrics/expose.h"
#include "metrics/registry.h"
#include "metrics/snapshot.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void save_and_read(struct registry *r)
{
    struct registry *again = registry_new(&(struct registry_limits){0});
    struct expose_options o = {.format = EXPOSE_OPENMETRICS, .flags = EXPOSE_SORTED};
    struct snapshot *s = snapshot_take(r);
    struct buf out = BUF_INIT;

    expose(s, &o, &out);
    buf_clear(&out);
    snapshot_encode(s, &out);
    if (snapshot_restore(again, buf_all(&out), 1, 1, NULL, NULL, NULL) < 0)
        abort();
    snapshot_free(s);
    buf_release(&out);
    registry_free(again);
}

static void read_series(void *ctx, const struct saved_family *f, const struct slice *values)
{
    struct buf text = BUF_INIT, err = BUF_INIT;
    struct selector s;

    (void)ctx;
    selector_put(f->name, f->nlabels, f->labels, values, &text);
    if (selector_parse(text.p, &s, &err) < 0 || !slice_eq(s.metric, f->name) ||
        s.nlabels != f->nlabels)
        abort();
    for (unsigned i = 0; i < s.nlabels; i++)
        if (!slice_eq(s.labels[i], f->labels[i]) || !slice_eq(s.values[i], values[i]))
            abort();
    selector_release(&s);
    buf_release(&text);
}

/* Then they are gone, and nothing else. */
static void drop(void *ctx, const struct saved_family *f)
{
    const struct slice *bytes = ctx;
    struct selector s = {.metric = f->name};
    struct buf left = BUF_INIT;

    if (snapshot_drop(*bytes, &s, read_series, NULL, &left) < 0 ||
        snapshot_drop(buf_all(&left), &s, read_series, NULL, NULL) != 0)
        abort();
    buf_release(&left);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"a", "b"};
    struct slice bytes = {(const char *)data, size};
    struct registry *r = registry_new(&(struct registry_limits){.max_series = 10});
    struct family_spec spec = {
        .name = "c_total", .type = FAMILY_COUNTER, .nlabels = 2, .labels = labels, .expire_ns = 9};

    registry_family(r, &spec);
    if (snapshot_restore(r, bytes, 1, 1, NULL, NULL, NULL) == 0)
        save_and_read(r);
    if (snapshot_merge(r, bytes, NULL) == 0)
        save_and_read(r);
    (void)snapshot_families(bytes, drop, &bytes);
    registry_expire(r, 100);
    registry_free(r);
    return 0;
}
