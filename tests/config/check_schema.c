/* The rows of keys.h: each is whole, each default can be read, each key of the configuration
 * arrives in the settings. */
#include "config.h"

#include "suite.h"

#include "config/section.h"
#include "config/settings.h"

#include <stdlib.h>

static bool is_scalar(const struct key *k)
{
    return k->type == TYPE_NUMBER || k->type == TYPE_COUNT || k->type == TYPE_SIZE ||
           k->type == TYPE_DURATION || k->type == TYPE_CHOICE;
}

TEST_EACH(a_row_is_whole, NKEYS)
{
    const struct key *k = key_row((enum key_id)_i);

    ck_assert_int_eq(k->id, _i);
    ck_assert(k->name && k->sections);
    ck_assert_msg(k->help, "%s has no help", k->name);
    ck_assert_msg(is_scalar(k) || k->value, "%s has no value", k->name);
    ck_assert_msg(!k->min == !k->max, "%s: a range has two ends", k->name);
    ck_assert_msg((k->type == TYPE_CHOICE) == (k->words[0] && !k->value), "%s: words", k->name);
    if (!(k->flags & KEY_FIELD))
        ck_assert_ptr_eq(key_find(slice_str(k->name), k->sections), k);
    if (is_scalar(k) && k->dflt)
        (void)key_default(k->id);
}

/* A value that is right and not the default. */
static const char *another_value(const struct key *k)
{
    return k->id == KEY_CONST_LABELS ? "a=\"b\""
           : k->type == TYPE_CHOICE
               ? (strcmp(k->words[0], k->dflt) == 0 ? k->words[1] : k->words[0])
           : k->max       ? k->max
           : is_scalar(k) ? "1"
                          : "x:1";
}

TEST_EACH(a_key_of_the_configuration_arrives_in_the_settings, NKEYS)
{
    const struct key *k = key_row((enum key_id)_i);
    struct mistakes m = MISTAKES_INIT;
    struct settings settings, before;
    struct buf text = BUF_INIT;

    if (k->sections & SECTION_RULE)
        return;
    buf_fmt(&text, "[%s]\n%s = %s\n", section_row(k->sections)->word, k->name, another_value(k));
    struct ini_doc *doc = ini_read_text(buf_all(&text), "c.ini", SECTION_ALL, &m);

    settings_init(&settings);
    memcpy(&before, &settings, sizeof before);
    settings_read(&settings, doc, &m);
    ck_assert_msg(m.n == 0, "%s", text.p);
    ck_assert_msg(m.n || memcmp(&before, &settings, sizeof before) != 0, "%s goes nowhere",
                  k->name);
    settings_release(&settings);
    mistakes_release(&m);
    ini_free(doc);
    buf_release(&text);
}

TEST(a_range_has_its_ends)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        {"[server]\nmax_connections = 2\n", true},
        {"[server]\nmax_connections = 1\n", false},
        {"[server]\nmax_connections = 10000\n", true},
        {"[server]\nmax_connections = 10001\n", false},
        {"[server]\nmax_connections = true\n", false},
        {"[state]\ninterval = 100ms\n", true},
        {"[state]\ninterval = 99ms\n", false},
        {"[limits]\nlabel = 65535B\n", true},
        {"[limits]\nlabel = 65536B\n", false},
        {"[limits]\nlabel = 16B\n", true},
        {"[limits]\nlabel = 15B\n", false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mistakes m = MISTAKES_INIT;
        struct ini_doc *doc = ini_read_text(slice_str(cases[i].text), "c.ini", SECTION_ALL, &m);
        const struct ini_entry *e = &doc->sections[0].entries[0];
        struct key_value v;

        ck_assert_msg(key_read(e->key, e, &m, &v) == cases[i].good, "%s", cases[i].text);
        ck_assert_uint_eq(m.n, !cases[i].good);
        ini_free(doc);
        mistakes_release(&m);
    }
}

TEST(a_mistake_knows_its_column)
{
    struct mistakes m = MISTAKES_INIT;
    const struct mistake **list;
    struct ini_doc *doc = ini_read_text(
        SLICE("[server]\nlistn  = x\n[state]\ninterval   =  soon\n"), "c.ini", SECTION_ALL, &m);
    const struct ini_entry *e = &doc->sections[1].entries[0];
    struct key_value v;

    ck_assert(!key_read(e->key, e, &m, &v));
    ck_assert_uint_eq(mistakes_list(&m, ADVICE, &list), 2);
    ck_assert_int_eq(list[0]->column, 1);
    ck_assert_str_eq(list[0]->hint, "did you mean \"listen\"?");
    ck_assert_int_eq(list[1]->column, 15);
    ck_assert_int_eq(ini_at(e, e->value.p + 2).column, 17);
    free(list);
    ini_free(doc);
    mistakes_release(&m);
}
