/* Which of the three compilations runs, and the parts of them that lines seldom need. */
#include "config.h"

#include "rules/linescan.h"

#include "rules/linescan_parts.h"

#define KEEP(n) (UINT64_MAX >> (64 - 8 * (n)))

const uint64_t linescan_masks[16][2] = {
    {0, 0},
    {KEEP(1), 0},
    {KEEP(2), 0},
    {KEEP(3), 0},
    {KEEP(4), 0},
    {KEEP(5), 0},
    {KEEP(6), 0},
    {KEEP(7), 0},
    {KEEP(8), 0},
    {KEEP(8), KEEP(1)},
    {KEEP(8), KEEP(2)},
    {KEEP(8), KEEP(3)},
    {KEEP(8), KEEP(4)},
    {KEEP(8), KEEP(5)},
    {KEEP(8), KEEP(6)},
    {KEEP(8), KEEP(7)},
};

const struct linescan *linescan_get(enum linescan_level level)
{
#if defined(__x86_64__)
    if (level == LINESCAN_AVX2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                       __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt") &&
                       __builtin_cpu_supports("pclmul")
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

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *digits(const char *p)
{
    if (!is_digit(*p))
        return NULL;
    while (is_digit(*p))
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

unsigned linescan_slot(const struct fieldnames *want, const char *key, size_t n)
{
    struct keywords words = keywords_of(key, n);
    const struct fieldname *e = fieldnames_find(want, &words, key);

    return e != NULL ? e->slot : FIELDNAME_NO_SLOT;
}

size_t linescan_long_key(const char *key, const char *end, char close)
{
    size_t left = end > key ? (size_t)(end - key) : 0;
    const char *at = memchr(key, close, left);

    return at != NULL ? (size_t)(at - key) : left;
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool linescan_escapes(const char *s, uint64_t escaped)
{
    for (; escaped != 0; escaped &= escaped - 1) {
        const char *c = s + __builtin_ctzll(escaped);

        if (*c == 'u' && is_hex(c[1]) && is_hex(c[2]) && is_hex(c[3]) && is_hex(c[4]))
            continue;
        if (*c == '\0' || strchr("\"\\/bfnrt", *c) == NULL)
            return false;
    }
    return true;
}

void linescan_undo(struct field *slots, struct touched *touched, unsigned before)
{
    while (touched->n > before)
        slots[touched->slots[--touched->n]].kind = FIELD_NONE;
}

const char *linescan_json_plain(const char *p, const char *end, bool *ret_valid,
                                const struct fieldnames *want, struct field *slots,
                                struct touched *touched)
{
    unsigned before = touched->n;

    *ret_valid = json_fields(slice_make(p, (size_t)(end - p)), want, slots, touched);
    if (!*ret_valid)
        linescan_undo(slots, touched, before);
    return end;
}

const char *linescan_logfmt_plain(const char *p, const char *end, bool lenient, bool *ret_valid,
                                  const struct fieldnames *want, struct field *slots,
                                  struct touched *touched)
{
    unsigned before = touched->n;

    *ret_valid = logfmt_fields(slice_make(p, (size_t)(end - p)), lenient, want, slots, touched);
    if (!*ret_valid)
        linescan_undo(slots, touched, before);
    return end;
}
