/* words -- what pages say, in the languages that they have. */
#ifndef LT_SITE_WORDS_H
#define LT_SITE_WORDS_H

enum language { ENGLISH, RUSSIAN, LANGUAGES };

/* As the attribute lang has it: "en". */
const char *language_tag(enum language l);

#define WORDS(X)                                                                                                                                                      \
    X(LOGS, "Logs", "Логи")                                                                                                                                           \
    X(LOG, "Log", "Лог")                                                                                                                                              \
    X(EVENTS, "Events", "События")                                                                                                                                    \
    X(EVENT, "Event", "Событие")                                                                                                                                      \
    X(METRICS, "Metrics", "Метрики")                                                                                                                                  \
    X(METRIC, "Metric", "Метрика")                                                                                                                                    \
    X(FILES, "Files", "Файлы")                                                                                                                                        \
    X(FILE_, "File", "Файл")                                                                                                                                          \
    X(SERIES, "Series", "Ряды")                                                                                                                                       \
    X(LIMIT, "Limit", "Предел")                                                                                                                                       \
    X(TYPE, "Type", "Тип")                                                                                                                                            \
    X(LABELS, "Labels", "Метки")                                                                                                                                      \
    X(DEFINED, "Defined in", "Определено в")                                                                                                                          \
    X(FOLDED, "Folded into other", "Свёрнуто в other")                                                                                                                \
    X(SKIPPED, "Updates skipped", "Пропущено обновлений")                                                                                                             \
    X(UPDATED, "Last updated", "Последнее обновление")                                                                                                                \
    X(HITS, "Hits", "Срабатываний")                                                                                                                                   \
    X(PER_SECOND, "Per second", "В секунду")                                                                                                                          \
    X(IN_LAST_HOUR, "in the last hour", "за последний час")                                                                                                           \
    X(SHOWN_LOGS, "those that need a look first", "сначала те, на которые надо взглянуть")                                                                            \
    X(SHOWN_METRICS, "what was folded or skipped first, then the most series",                                                                                        \
      "сначала свёрнутое и пропущенное, затем где больше рядов")                                                                                                      \
    X(SHOWN_EVENTS, "the most hits in the last hour", "самые частые за последний час")                                                                                \
    X(ALL, "all", "все")                                                                                                                                              \
    X(BEFORE, "before", "назад")                                                                                                                                      \
    X(BEHIND, "next", "дальше")                                                                                                                                       \
    X(GIVEN_UP, "Given up", "Оборвано")                                                                                                                               \
    X(LAST_HOUR, "Last hour", "Последний час")                                                                                                                        \
    X(LINES, "Lines", "Строк")                                                                                                                                        \
    X(RECENT, "Last lines that no rule took", "Последние строки без правила")                                                                                         \
    X(NOT_EXPLAINED, "Not explained here, as that would take too long; `logtally explain` does.",                                                                     \
      "Здесь не объясняется: это было бы слишком долго; объяснит `logtally explain`.")                                                                                \
    X(TIMES_UNREADABLE, "Times not readable", "Времени не разобрать")                                                                                                 \
    X(UNMATCHED, "Not matched", "Без правила")                                                                                                                        \
    X(LAG, "Not yet read", "Ещё не прочитано")                                                                                                                        \
    X(LAST_LINE, "Last line", "Последняя строка")                                                                                                                     \
    X(PATHS, "Paths", "Пути")                                                                                                                                         \
    X(SIZE, "Size", "Размер")                                                                                                                                         \
    X(OFFSET, "Read", "Прочитано")                                                                                                                                    \
    X(WRITTEN, "Last written", "Последняя запись")                                                                                                                    \
    X(STATE, "State", "Состояние")                                                                                                                                    \
    X(TROUBLES, "What needs a look", "На что взглянуть")                                                                                                              \
    X(COUNT, "Count", "Число")                                                                                                                                        \
    X(STARTED, "Started", "Запущен")                                                                                                                                  \
    X(VERSION_, "Version", "Версия")                                                                                                                                  \
    X(LAST_RELOAD, "Rules and configuration read", "Правила и настройки прочитаны")                                                                                   \
    X(LAST_SAVE, "State saved", "Состояние сохранено")                                                                                                                \
    X(NOT_KEPT, "nothing is kept", "ничего не хранится")                                                                                                              \
    X(SAVE_FAILS, "The state cannot be saved.", "Состояние не удаётся сохранить.")                                                                                    \
    X(RELOAD_FAILED, "The last reload was refused; what was read before it stays:",                                                                                   \
      "Последнее перечитывание отклонено, действует прочитанное до него (ошибки названы "       \
      "по-английски, теми же словами, что в логе и у `logtally check`):")                                                                                             \
    X(LOG_FAILING, "Files of this log cannot be read:", "Файлы этого лога не читаются:")                                                                              \
    X(LOG_WAITING,                                                                                                                                                    \
      "No file belongs to this log: none matches its paths, or a [log] before it has them:",                                                                          \
      "К этому логу не относится ни один файл: под его пути их нет, или они у [log] перед ним:")                                                                      \
    X(NO_LOG,                                                                                                                                                         \
      "No log is followed yet: add a section [log NAME] with path = GLOB to the configuration, "                                                                      \
      "then reload.",                                                                                                                                                 \
      "Пока нет ни одного лога: добавьте в настройки раздел [log NAME] с path = GLOB и "                                 \
      "перечитайте их.")                                                                                                                                              \
    X(NO_METRIC,                                                                                                                                                      \
      "No rule defines a metric yet: put a file of rules where [rules] include says (beside the "                                                                     \
      "configuration: rules/*.ini), then reload.",                                                                                                                    \
      "Пока ни одно правило не определяет метрики: положите файл правил туда, куда указывает " \
      "[rules] include (рядом с настройками: rules/*.ini), и перечитайте их.")                                                                                        \
    X(CONFIG_IS, "The configuration is", "Файл настроек:")                                                                                                            \
    X(CONFIG_HOW,                                                                                                                                                     \
      "`systemctl reload logtally` (or SIGHUP) reads it again; `logtally suggest LOG` writes "                                                                        \
      "first rules for a log.",                                                                                                                                       \
      "`systemctl reload logtally` (или SIGHUP) перечитает его; `logtally suggest LOG` напишет "                                               \
      "первые правила для лога.")                                                                                                                                     \
    X(ALL_WELL, "All is well.", "Всё в порядке.")                                                                                                                     \
    X(SOME_RED, "Lines are read; numbers in red are worth a look.",                                                                                                   \
      "Строки читаются; на красные числа стоит взглянуть.")                                                                                                           \
    X(DOUBTS,                                                                                                                                                         \
      "These may not count what they are meant to (since the start or the last reload; "                                                                              \
      "`logtally check --against FILE` says why):",                                                                                                                   \
      "Возможно, считается не то, что задумано (с запуска или последнего "                                       \
      "перечитывания; почему, скажет `logtally check --against FILE`):")                                                                                              \
    X(DOUBT_UNMATCHED, "lines that no rule takes", "строки, которых не берёт ни одно правило")                                                                        \
    X(DOUBT_CHANGED, "lines of the last hour that no rule takes, many more than before",                                                                              \
      "строки последнего часа, которых не берёт ни одно правило, намного больше прежнего")                                                                            \
    X(DOUBT_NO_FIELD, "no hits; lines that have its field",                                                                                                           \
      "ни одного срабатывания; строки, где есть его поле")                                                                                                            \
    X(DOUBT_SKIPPED, "updates skipped, as the value is missing, negative or no number",                                                                               \
      "обновления пропущены: значения нет, оно отрицательное или не число")                                                                                           \
    X(DOUBT_FOLDED,                                                                                                                                                   \
      "updates under \"other\", as labels have more values than max_values or max_series",                                                                            \
      "обновления под \"other\": у меток больше значений, чем max_values или max_series")                                                                             \
    X(MORE, "more in red below", "ещё, ниже красным")                                                                                                                 \
    X(CATCHING_UP, "Reading what was there at the start.", "Читает то, что было до запуска.")                                                                         \
    X(STATE_READING, "behind", "отстаёт")                                                                                                                             \
    X(STATE_READ, "read to its end", "прочитан до конца")                                                                                                             \
    X(STATE_ROTATED, "rotated", "ротирован")                                                                                                                          \
    X(STATE_FAILING, "failing", "ошибка")                                                                                                                             \
    X(NEVER, "not since the start", "с запуска не было")                                                                                                              \
    X(NONE, "none", "нет")                                                                                                                                            \
    X(NONE_SINCE, "none since the start or the last reload",                                                                                                          \
      "нет с запуска или последнего перечитывания")                                                                                                                   \
    X(MAX_VALUES, "Values of a label, at most", "Значений метки, не больше")                                                                                          \
    X(AGO, "ago", "назад")                                                                                                                                            \
    X(UNUSED, "used by no metric", "не нужно ни одной метрике")                                                                                                       \
    X(SAMPLES, "Samples", "Значения")                                                                                                                                 \
    X(FIRST_ONLY, "Only the first of them.", "Только первые из них.")                                                                                                 \
    X(HIDDEN, "None is shown yet.", "Пока ни одного.")                                                                                                                \
    X(REFRESH, "Refresh", "Обновить")                                                                                                                                 \
    X(HOME, "Overview", "Обзор")                                                                                                                                      \
    X(NOT_FOUND, "There is no such page.", "Такой страницы нет.")                                                                                                     \
    X(OF, " of ", " из ")                                                                                                                                             \
    X(DAYS, "d ", " д ")                                                                                                                                              \
    X(HOURS, "h ", " ч ")                                                                                                                                             \
    X(MINUTES, "m ", " мин ")                                                                                                                                         \
    X(SECONDS, "s ", " с ")                                                                                                                                           \
    X(CHART, "per minute, at most", "в минуту, не больше")

enum word {
#define X(name, en, ru) WORD_##name,
    WORDS(X)
#undef X
        WORD_COUNT_
};

const char *word(enum language l, enum word w);

#endif
