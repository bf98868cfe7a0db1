/* Which of the three compilations runs, and the parts of them that lines seldom need. */
#include "config.h"

#include "decode/linescan.h"

#include "decode/linescan_parts.h"
#include "decode/unescape.h"

const struct linescan *linescan_get(enum linescan_level level)
{
#if defined(__x86_64__)
    if (level == LINESCAN_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                       __builtin_cpu_supports("bmi2")
                   ? &linescan_avx2
                   : NULL;
    if (level == LINESCAN_SSE2)
        return &linescan_sse2;
#endif
    return level == LINESCAN_SWAR ? &linescan_swar : NULL;
}

const struct linescan *linescan_best(void)
{
    int level = LINESCAN_AVX2;

    while (linescan_get((enum linescan_level)level) == NULL)
        level--;
    return linescan_get((enum linescan_level)level);
}

static const char *digits(const char *p)
{
    if (!char_is_digit(*p))
        return NULL;
    while (char_is_digit(*p))
        p++;
    return p;
}

static const char *number(const char *p)
{
    p += *p == '-';
    p = *p == '0' ? p + 1 : digits(p);
    if (p != NULL && *p == '.')
        p = digits(p + 1);
    if (p != NULL && (*p == 'e' || *p == 'E')) {
        p++;
        p = digits(p + (*p == '-' || *p == '+'));
    }
    return p;
}

const char *linescan_scalar(const char *p)
{
    if (*p == 't')
        return memcmp(p, "true", 4) == 0 ? p + 4 : NULL;
    if (*p == 'f')
        return memcmp(p, "false", 5) == 0 ? p + 5 : NULL;
    if (*p == 'n')
        return memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
    return number(p);
}

const char *linescan_json_escape(const char *p)
{
    return json_skip_escape(p, p + JSON_ESCAPE_MAX); /* the newline is no part of one */
}

const char *linescan_go_escape(const char *p)
{
    return p[1] == '\n' ? NULL : p + 2;
}

const char *linescan_json_plain(const char *p, const char *end, bool *ret_valid,
                                const struct fieldnames *want, struct field *slots,
                                struct touched *touched)
{
    unsigned before = touched->n;

    *ret_valid = json_fields(slice_make(p, (size_t)(end - p)), want, slots, touched);
    if (!*ret_valid)
        touched_undo(slots, touched, before);
    return end;
}

const char *linescan_logfmt_plain(const char *p, const char *end, bool lenient, bool *ret_valid,
                                  const struct fieldnames *want, struct field *slots,
                                  struct touched *touched)
{
    unsigned before = touched->n;

    *ret_valid = logfmt_fields(slice_make(p, (size_t)(end - p)), lenient, want, slots, touched);
    if (!*ret_valid)
        touched_undo(slots, touched, before);
    return end;
}
