/* folders -- a directory that is watched already keeps its descriptor, so this may be asked again
 * and again. */
#include "config.h"

#include "app/folders.h"

#include "base/xalloc.h"
#include "input/glob.h"

#include <stdlib.h>
#include <string.h>

/* A file that is not there has none; its name's directory is enough. */
static int watch_real(struct watch *w, const char *path)
{
    char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
    int wd = 0;

    if (slash) {
        slash[slash == real] = '\0';
        wd = watch_add(w, real);
    }
    free(real);
    return wd < 0 ? wd : 0;
}

int folders_watch(struct watch *w, const char *glob)
{
    char *root = xstrslice(glob_root(glob));
    int wd = watch_add(w, root), real = watch_real(w, glob);

    free(root);
    return wd < 0 ? wd : real;
}
