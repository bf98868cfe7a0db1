/* savedfiles -- a tailset whose sink takes nothing. */
#include "config.h"

#include "cmd/savedfiles.h"

#include "app/options.h"
#include "base/log.h"

#include <errno.h>
#include <unistd.h>

static void *open_nothing(void *ctx, unsigned log, const char *stream, const char *path,
                          uint32_t id, struct slice carry)
{
    (void)ctx, (void)log, (void)stream, (void)path, (void)id, (void)carry;
    return NULL;
}

static void note_nothing(void *ctx, unsigned log, enum tail_note note, uint64_t n)
{
    (void)ctx, (void)log, (void)note, (void)n;
}

int saved_files_open(const struct tail_options *options, struct slice files, struct slice memory,
                     struct saved_files *ret)
{
    const struct tail_sink sink = {.open = open_nothing, .note = note_nothing};
    int r = loop_new(&ret->loop);

    if (r < 0)
        return r;
    ret->tailset = tailset_new(ret->loop, options, &sink);
    if (tailset_restore(ret->tailset, files, memory) == 0)
        return 0;
    saved_files_release(ret);
    return -EBADMSG;
}

void saved_files_release(struct saved_files *s)
{
    tailset_free(s->tailset);
    loop_free(s->loop);
    *s = (struct saved_files){0};
}

int say_no_state(const char *directory)
{
    log_error("there is no state in %s; --state DIR, or -c FILE, says where it is", directory);
    return EXIT_MISTAKES;
}

int say_damaged_state(const char *directory)
{
    log_error("the state in %s is damaged", directory);
    return EXIT_SYSTEM;
}

int say_unread_state(const char *directory, int r, const struct buf *err)
{
    if (r == -ENOENT)
        return say_no_state(directory);
    log_error("%s: %s%s", directory, err->p,
              r == -EACCES && geteuid() != 0 ? "; root may, and the user that runs logtally" : "");
    return EXIT_SYSTEM;
}
