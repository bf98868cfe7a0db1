/* process -- read anew for every page: statm and the directory of descriptors cost some ten
 * microseconds. */
#include "config.h"

#include "daemon/process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double count_fds(void)
{
    DIR *d = opendir("/proc/self/fd");
    double n = 0;

    if (!d)
        return 0;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n - 1; /* the one that reads the directory */
}

void process_read(struct process_facts *ret_facts)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long pages = 0, resident = 0;
    struct rusage usage;
    struct rlimit limit;

    *ret_facts = (struct process_facts){0};
    if (f && fscanf(f, "%lu %lu", &pages, &resident) == 2) {
        double size = (double)sysconf(_SC_PAGESIZE);

        ret_facts->virtual_bytes = (double)pages * size;
        ret_facts->resident_bytes = (double)resident * size;
    }
    if (f)
        fclose(f);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        ret_facts->cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        ret_facts->max_fds = (double)limit.rlim_cur;
    ret_facts->open_fds = count_fds();
}
