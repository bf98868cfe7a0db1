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

#include <errno.h>
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

/* Reads and checks a file. 0 or negative errno with a sentence in *err. */
static int part_read(struct part *p, struct buf *err)
{
    int r = slurp(p->path, &p->file);

    if (r < 0) {
        buf_fmt(err, "cannot read %s: %s", p->path, strerror(-r));
        return r;
    }
    struct slice file = buf_all(&p->file);

    if (!slice_starts(file, slice_make(magic, sizeof magic))) {
        buf_fmt(err, "%s is no snapshot; make one with `logtally replay --snapshot FILE`", p->path);
        return -EBADMSG;
    }
    struct reader in = reader_of(slice_from(file, sizeof magic));
    uint32_t crc = read_u32(&in);

    if (in.bad || crc32c(0, in.p, (size_t)(in.end - in.p)) != crc) {
        buf_fmt(err, "%s: the snapshot is damaged", p->path);
        return -EBADMSG;
    }
    p->node.time_ns = (int64_t)read_u64(&in);
    p->values = slice_make(in.p, (size_t)(in.end - in.p));
    return 0;
}

/* Learns the time of each. A pipe is kept; a file is read again when it is its turn, so that a
 * thousand large ones need the memory of one. */
static int find_times(struct part *parts, size_t n, struct heap *ret_order, struct buf *err)
{
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        int r = part_read(&parts[i], err);

        if (r < 0)
            return r;
        if (stat(parts[i].path, &st) == 0 && S_ISREG(st.st_mode))
            buf_release(&parts[i].file);
        heap_add(ret_order, &parts[i].node);
    }
    return 0;
}

static int part_add(struct part *p, struct registry *registry, struct buf *err)
{
    struct buf why = BUF_INIT;
    int r = p->file.n ? 0 : part_read(p, err);

    if (r == 0 && (r = snapshot_merge(registry, p->values, &why)) < 0)
        buf_fmt(err, "%s: %s", p->path, why.n ? why.p : "the snapshot is damaged");
    buf_release(&p->file);
    buf_release(&why);
    return r;
}

int merge_files(const struct strings *files, struct registry *registry, int64_t *ret_first_ns)
{
    struct part *parts = xcalloc(files->n, sizeof *parts);
    struct heap order = {0};
    struct buf err = BUF_INIT;
    int r;

    for (size_t i = 0; i < files->n; i++)
        parts[i].path = files->list[i];
    r = find_times(parts, files->n, &order, &err);
    *ret_first_ns = INPUT_NO_TIME;
    while (r == 0 && order.n) {
        struct part *p = (struct part *)(void *)order.list[0];

        heap_remove(&order, &p->node);
        if (*ret_first_ns == INPUT_NO_TIME)
            *ret_first_ns = p->node.time_ns;
        r = part_add(p, registry, &err);
    }
    if (r < 0)
        log_error("%s", err.p);
    for (size_t i = 0; i < files->n; i++)
        buf_release(&parts[i].file);
    free(parts);
    free(order.list);
    buf_release(&err);
    return r;
}
