/* anchor -- a file was written last when its inode says so; a .gz keeps the time of what it was made of,
 * which a copy over the network, or an unpacking, does not change. */
#include "config.h"

#include "app/anchor.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/sys.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { GZIP_HEADER = 10 };

#define NSEC_PER_DAY (86400 * NSEC_PER_SEC)

/* Seconds since 1970; 0: it is no gzip, or does not say. */
static int64_t gzip_time(int fd)
{
    unsigned char head[GZIP_HEADER];

    if (sys_pread(fd, (char *)head, sizeof head, 0) != sizeof head || head[0] != 0x1f ||
        head[1] != 0x8b)
        return 0;
    return (int64_t)head[4] | (int64_t)head[5] << 8 | (int64_t)head[6] << 16 |
           (int64_t)head[7] << 24;
}

static int64_t written_last(const char *path)
{
    int64_t ns = clock_wall_ns();
    struct stat st;
    int fd;

    if (!path[0] || strcmp(path, "-") == 0)
        return ns;
    fd = sys_open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return ns;
    if (sys_fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        int64_t of_content = gzip_time(fd);

        ns = clock_ns(of_content ? of_content : st.st_mtim.tv_sec, 0);
    }
    (void)sys_close(fd);
    return ns;
}

struct time_base anchor_of(const struct setup *s, unsigned log, const char *path)
{
    struct time_base base = s->first_line;

    if (!s->rules->logs[log].time_partial)
        return TIME_BASE_NONE;
    if (!s->never_guess)
        base.latest_ns = written_last(path);
    return base;
}

/* Days since 1970. */
static bool read_day(struct slice text, int64_t *ret_day)
{
    struct buf err = BUF_INIT;
    struct time_format *f = time_format_new(SLICE("%Y-%m-%d"), (struct zone){.tz = NULL}, &err);
    int64_t ns = 0;
    bool dated, good = linetime_parse(text, &f, 1, &TIME_BASE_NONE, &ns, &dated) == 0;

    time_format_free(f);
    buf_release(&err);
    if (good)
        *ret_day = (ns - (ns < 0 ? NSEC_PER_DAY - 1 : 0)) / NSEC_PER_DAY;
    return good;
}

bool anchor_read_year(struct slice text, struct time_base *base)
{
    struct buf first = BUF_INIT;
    int64_t day = 0;

    buf_fmt(&first, "%.*s-01-01", SLICE_FMT(text));
    bool good = text.n == 4 && read_day(buf_all(&first), &day);

    buf_release(&first);
    if (good)
        base->year = calendar_year(day);
    return good;
}

bool anchor_read_date(struct slice text, struct time_base *base)
{
    return read_day(text, &base->day);
}
