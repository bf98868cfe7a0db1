/* words -- see words.h. */
#include "config.h"

#include "site/words.h"

static const char *const texts[WORD_COUNT_][LANGUAGES] = {
#define X(name, en, ru) [WORD_##name] = {en, ru},
    WORDS(X)
#undef X
};

const char *word(enum language l, enum word w)
{
    return texts[w][l];
}

const char *language_tag(enum language l)
{
    return l == RUSSIAN ? "ru" : "en";
}
