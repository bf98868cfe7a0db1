/* Fuzzes web-config.yml: whatever the bytes, a configuration or one sentence that names the file. */
#include "config.h"

#include "http/web_config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf err = BUF_INIT;
    struct web_config config;
    char path[40];
    int r, fd = memfd_create("web-config.yml", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    r = web_config_read(path, &config, &err);
    assert((r == 0) == (err.n == 0));
    assert(r == 0 || strncmp(err.p, path, strlen(path)) == 0);
    assert(config.nfiles > 0);
    web_config_release(&config);
    buf_release(&err);
    (void)close(fd);
    return 0;
}
