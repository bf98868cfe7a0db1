/* merge -- the file that a snapshot is kept in.
 *
 *   file: "LTSNAP1\n"  u32 CRC32C of what follows  i64 time of the first line  encoded snapshot
 *
 * What a part did to a gauge is a function, and the functions must be applied in the order in which
 * the lines were written: hence the time, by which files are put in order whatever their names. */
#include "config.h"

#include "offline/merge.h"

#include "app/output.h"
#include "offline/inputs.h"

#include "base/heap.h"
#include "base/log.h"
#include "base/slurp.h"
#include "base/xalloc.h"
#include "input/crc32c.h"
#include "metrics/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const char magic[8] = {'L', 'T', 'S', 'N', 'A', 'P', '1', '\n'};

struct part {
    struct heap_node
        node; /* by the time of the first line; parts of one time stay as they were given */
    const char *path;
    struct buf file; /* empty: read it (again) */
    struct slice values;
};

int merge_write_file(const char *path, struct registry *registry, int64_t first_ns)
{
    struct snapshot *s = snapshot_take(registry);
    struct buf body = BUF_INIT, file = BUF_INIT;

    buf_u64(&body, (uint64_t)first_ns);
    snapshot_encode(s, &body);
    snapshot_free(s);
    buf_add(&file, magic, sizeof magic);
    buf_u32(&file, crc32c(0, body.p, body.n));
    buf_slice(&file, buf_all(&body));
    int r = output_page(path, buf_all(&file));

    buf_release(&body);
    buf_release(&file);
    return r;
}

/* Reads and checks a file; or false with a sentence in *err, as the next two. */
static bool part_read(struct part *p, struct buf *err)
{
    int r = slurp(p->path, &p->file);

    if (r < 0)
        return buf_fail(err, "cannot read %s: %s", p->path, strerror(-r));
    struct slice file = buf_all(&p->file);

    if (!slice_starts(file, slice_make(magic, sizeof magic)))
        return buf_fail(err, "%s is no snapshot; make one with `logtally replay --snapshot FILE`",
                        p->path);
    struct reader in = reader_of(slice_from(file, sizeof magic));
    uint32_t crc = read_u32(&in);

    if (in.bad || crc32c(0, in.p, (size_t)(in.end - in.p)) != crc)
        return buf_fail(err, "%s: the snapshot is damaged", p->path);
    p->node.time_ns = (int64_t)read_u64(&in);
    p->values = slice_make(in.p, (size_t)(in.end - in.p));
    return true;
}

/* Learns the time of each. A pipe is kept; a file is read again when it is its turn, so that a
 * thousand large ones need the memory of one. */
static bool find_times(struct part *parts, size_t n, struct heap *ret_order, struct buf *err)
{
    for (size_t i = 0; i < n; i++) {
        struct stat st;

        if (!part_read(&parts[i], err))
            return false;
        if (stat(parts[i].path, &st) == 0 && S_ISREG(st.st_mode))
            buf_release(&parts[i].file);
        heap_add(ret_order, &parts[i].node);
    }
    return true;
}

static bool part_add(struct part *p, struct registry *registry, struct buf *err)
{
    struct buf why = BUF_INIT;
    bool good = p->file.n || part_read(p, err);

    if (good && snapshot_merge(registry, p->values, &why) < 0)
        good = buf_fail(err, "%s: %s", p->path, why.n ? why.p : "the snapshot is damaged");
    buf_release(&p->file);
    buf_release(&why);
    return good;
}

bool merge_files(const struct strings *files, struct registry *registry, int64_t *ret_first_ns)
{
    struct part *parts = xcalloc(files->n, sizeof *parts);
    struct heap order = {0};
    struct buf err = BUF_INIT;
    bool good;

    for (size_t i = 0; i < files->n; i++)
        parts[i].path = files->list[i];
    good = find_times(parts, files->n, &order, &err);
    *ret_first_ns = INPUT_NO_TIME;
    while (good && order.n) {
        struct part *p = (struct part *)(void *)order.list[0];

        heap_remove(&order, &p->node);
        if (*ret_first_ns == INPUT_NO_TIME)
            *ret_first_ns = p->node.time_ns;
        good = part_add(p, registry, &err);
    }
    if (!good)
        log_error("%s", err.p);
    for (size_t i = 0; i < files->n; i++)
        buf_release(&parts[i].file);
    free(parts);
    free(order.list);
    buf_release(&err);
    return good;
}
