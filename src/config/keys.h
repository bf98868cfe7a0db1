/* keys -- every key of every section of our INI files: a row each, included by schema.h for the
 * numbers and by schema.c for the table. From a row come the reading of the value, all mistakes
 * about the key, `logtally help keys` and the tables of the documentation.
 *
 *   KEY(NUMBER, "name", sections, flags, TYPE, .field = ...)
 *
 * `.value` is what help calls the value, `.dflt` the default as one would write it, `.min` and
 * `.max` the range likewise, `.words` the choices (beside a `.value`: what it may be besides).
 * `.help` is Markdown without links.
 *
 * A row alone gives a key that is read and does nothing: the place that uses it binds to
 * KEY_NUMBER (settings.c, rules/load). */

/* [server] */
KEY(LISTEN, "listen", SECTION_SERVER, 0, LIST, .value = "ADDRESS, ...",
    .dflt = "127.0.0.1:" PORT_DEFAULT,
    .help = "where to answer; several with commas; `[::1]:" PORT_DEFAULT
            "`; `unix:/run/logtally/http.sock`, for its user and group alone, which of the shipped "
            "service nobody else has: there let `logtally.socket` open it, with `SocketGroup=`")
KEY(RELOAD, "reload", SECTION_SERVER, 0, CHOICE, .words = {"yes", "no"}, .dflt = "no",
    .help = "allow `POST /-/reload`; SIGHUP always works")
KEY(CREATED, "created", SECTION_SERVER, 0, CHOICE, .words = {"yes", "no"}, .dflt = "no",
    .help = "`_created` samples in OpenMetrics")
KEY(MAX_CONNECTIONS, "max_connections", SECTION_SERVER, 0, COUNT, .dflt = "64", .min = "2",
    .max = "10000", .help = "of all addresses together")
KEY(TIMEOUT, "timeout", SECTION_SERVER, 0, DURATION, .dflt = "10s", .min = "1s", .max = "8760h",
    .help = "for a request's head, and for an idle connection; an answer may take six times that")
KEY(WEB_CONFIG, "web_config", SECTION_SERVER, 0, TEXT, .value = "FILE",
    .help =
        "TLS, users, headers and a limit of requests, by the `web-config.yml` that Prometheus's "
        "exporters share; relative to this file; read again when it, or a certificate, changes")
KEY(SHOW_LINES, "show_lines", SECTION_SERVER, 0, CHOICE, .words = {"yes", "no"}, .dflt = "no",
    .help =
        "the page of a log shows its last lines that no rule took: to users of `web_config`, on "
        "a unix socket, and on this machine, so also to all whom a proxy on it lets in that adds "
        "no `Forwarded`, `X-Forwarded-For`, `X-Real-IP` or `Via` (nginx by default)")

/* [state] */
KEY(DIRECTORY, "directory", SECTION_STATE, 0, TEXT, .value = "DIR",
    .help = "where counters and offsets are kept; if not given, `$STATE_DIRECTORY`, else "
            "`/var/lib/logtally` (root), else `~/.local/state/logtally`. Given but empty: nothing "
            "is kept")
KEY(INTERVAL, "interval", SECTION_STATE, 0, DURATION, .dflt = "5s", .min = "100ms", .max = "8760h",
    .help = "saved at the latest so long after a change; a scrape saves too, and within a second a "
            "file's first lines and a rename")
KEY(ROTATE_WAIT, "rotate_wait", SECTION_STATE, 0, DURATION, .dflt = "10m", .min = "0s",
    .max = "8760h", .help = "a renamed file is read on until nothing came for so long")
KEY(REMEMBER, "remember", SECTION_STATE, 0, DURATION, .dflt = "168h", .min = "1m", .max = "8760h",
    .help = "a file that is gone is known again if it comes back within so long a time of running; "
            "20,000 files at most")

/* [limits] */
KEY(LINE, "line", SECTION_LIMITS, 0, SIZE, .dflt = "1MiB", .min = "256B", .max = "1GiB",
    .help = "a longer line is skipped whole and counted")
KEY(LABEL, "label", SECTION_LIMITS, 0, SIZE, .dflt = "256B", .min = "16B", .max = "65535B",
    .help = "a longer label value is cut")
KEY(SERIES, "series", SECTION_LIMITS, 0, COUNT, .dflt = "100000", .min = "1", .max = "100000000",
    .help = "all metrics together; further ones are folded into `other`")

/* [metrics] */
KEY(CONST_LABELS, "const_labels", SECTION_METRICS, 0, LIST, .value = "NAME=\"VALUE\", ...",
    .help = "labels on every series, such as `service=\"shop\"`")

/* [rules] */
KEY(INCLUDE, "include", SECTION_RULES, 0, LIST, .value = "GLOB, ...", .dflt = "rules/*.ini",
    .help = "which rules files, relative to this file, in the order of their names; several with "
            "commas")
KEY(WATCH, "watch", SECTION_RULES, 0, CHOICE, .words = {"yes", "no"}, .dflt = "no",
    .help =
        "`yes`: a change of this file, of the rules and of what they name is taken without being "
        "asked, as by SIGHUP, when it has rested for a second; also in a mounted ConfigMap")

/* [log NAME] */
KEY(PATH, "path", SECTION_LOG, KEY_REPEAT, TEXT, .value = "GLOB",
    .help = "a glob of `*`, `?` and `[ab]`, without quotes; repeatable. `**` crosses folders; `-` "
            "is standard input")
KEY(EXCLUDE, "exclude", SECTION_LOG, KEY_REPEAT, TEXT, .value = "GLOB",
    .help = "a glob of names to leave out; repeatable")
KEY(ROTATED, "rotated", SECTION_LOG, KEY_REPEAT, TEXT, .value = "GLOB",
    .help = "further names of rotated parts, beside those that are known (docs/configuration.md, "
            "Rotation): a glob "
            "relative to the file's directory, such as `old/app.log.*`; of several files there it "
            "is a part of the one whose name begins most like it; repeatable")
KEY(PATH_MATCH, "path_match", SECTION_LOG, REGEX_FLAGS, REGEX, .value = "REGEX",
    .help = "regex on the path; its named groups are fields of every line")
KEY(FORMAT, "format", SECTION_LOG, 0, CHOICE, .words = {"auto", "json", "logfmt", "kv", "text"},
    .dflt = "auto",
    .help = "how a line is decoded; `kv` is pairs KEY=VALUE anywhere between other text")
KEY(ENCODING, "encoding", SECTION_LOG, 0, TEXT, .value = "NAME", .dflt = "utf-8",
    .help =
        "how its files are written, by a name that iconv knows: `utf-16le`, `latin1`, `cp1251`. A "
        "file that begins with UTF-16's byte order mark is read as UTF-16 whatever is said here")
KEY(UNWRAP, "unwrap", SECTION_LOG, 0, TEXT, .words = {"none", "docker", "cri", "auto"},
    .value = "KEY", .dflt = "none",
    .help = "`docker` `cri` `auto`, or a key whose text is the real line (the journal's MESSAGE); "
            "parts of a long line are joined")
KEY(PREFIX, "prefix", SECTION_LOG, REGEX_FLAGS, REGEX, .value = "REGEX",
    .help = "regex cut off the front before decoding (a syslog head); its groups are fields")
KEY(REWRITE_LINE, "rewrite", SECTION_LOG, REGEX_FLAGS | KEY_REPEAT, REGEX, .value = "REGEX -> TEXT",
    .help = "replaces all that matches in every line, before anything but `unwrap` looks at it; "
            "repeatable")
KEY(RECORD, "record", SECTION_LOG, REGEX_FLAGS, REGEX, .value = "REGEX",
    .help =
        "a line that matches begins a record; lines that do not belong to the record before. They "
        "are one line to rules, with newlines in it; `_lines` says how many. [limits] `line` is "
        "what is kept of a record at most")
KEY(RECORD_WAIT, "record_wait", SECTION_LOG, 0, DURATION, .dflt = "5s", .min = "100ms", .max = "1h",
    .help = "`run`: nothing came for so long, so the record is complete")
KEY(START, "start", SECTION_LOG, 0, CHOICE, .words = {"beginning", "end"}, .dflt = "beginning",
    .help = "where to begin in files that were there when this state first saw the log. Later "
            "files are always read from their beginning")
KEY(TIME, "time", SECTION_LOG, 0, LIST, .value = "FIELD, ...",
    .dflt = "time, ts, timestamp, @timestamp, t.$date",
    .help = "the fields that may hold the line's own time; the first that can be read counts. Of a "
            "`match` it is a group of such a name, by default only `time`")
KEY(TIME_MATCH, "time_match", SECTION_LOG, REGEX_FLAGS, REGEX, .value = "REGEX",
    .help = "regex with a group `time`, for lines without that field")
KEY(TIME_FORMAT, "time_format", SECTION_LOG, KEY_REPEAT, TEXT, .value = "FORMAT", .dflt = "auto",
    .help =
        "repeatable, tried in order: `auto` (`rfc3339`, or a number that in s, ms, us or ns is a "
        "time of the years 2000 to 2100), `rfc3339`, `unix` `unix_ms` `unix_us` `unix_ns`, or "
        "strptime's `%d/%b/%Y:%H:%M:%S %z` with `%f` for fractions and `%L` for milliseconds. "
        "`@+03:00` or `@Europe/Berlin` at its end gives its zone. A time without a year or a date "
        "is the one "
        "nearest to the dated line before it, in a file without any it is none")
KEY(TIME_ZONE, "time_zone", SECTION_LOG, 0, TEXT, .value = "ZONE", .dflt = "UTC",
    .help =
        "of times that do not name one: `UTC`, `local`, `+HH:MM`, or a place as `Europe/Berlin` "
        "(daylight saving included), from the system's files")
KEY(POLL, "poll", SECTION_LOG, 0, CHOICE, .words = {"yes", "no"}, .dflt = "no",
    .help = "`yes`: never use inotify")

/* [event NAME] */
KEY(LOG, "log", SECTION_EVENT, 0, LIST, .value = "NAME, ...", .help = "only lines of these logs")
KEY(OF, "of", SECTION_EVENT, 0, TEXT, .value = "EVENT",
    .help = "only lines that are also that event; its fields are there from the start")
KEY(UNLESS, "unless", SECTION_EVENT, 0, LIST, .value = "EVENT, ...",
    .help = "not lines that are one of those")
KEY(MATCH, "match", SECTION_EVENT, REGEX_FLAGS, REGEX, .value = "REGEX",
    .help = "the raw line matches; named groups become fields. Such an event sees nothing that was "
            "decoded")
KEY(EACH, "each", SECTION_EVENT, REGEX_FLAGS, CONDITION, .value = "FIELD [=~ REGEX]",
    .help =
        "the event happens once for each member of the JSON object or array in the field, or "
        "for each match of the regex: `_key` and `_value` are the member's. Conditions above it "
        "are about the line, those below about the member")
KEY(WHERE, "where", SECTION_EVENT, REGEX_FLAGS | KEY_REPEAT, CONDITION, .value = "FIELD OP VALUE",
    .help = "the field passes the test: `==` `!=` `^=` (begins with) `=~` `!~`, or of numbers `<` "
            "`<=` `>` `>=`. VALUE is the rest of the line, without quotes. Repeat the key, and all "
            "must pass")
KEY(SET_FIELD, "set.", SECTION_EVENT, KEY_FREE | KEY_REPEAT | KEY_FIELD, TEMPLATE,
    .value = "TEMPLATE", .help = "makes a field of text with `${field}` and `${field|filter}`")
KEY(CALC_FIELD, "calc.", SECTION_EVENT, KEY_FREE | KEY_REPEAT | KEY_FIELD, TEXT,
    .value = "EXPRESSION",
    .help = "makes a field of a number: `+ - * /`, parentheses, numbers, fields, `min(a, b)` "
            "`max(a, b)`, `time(a)` (a time of the log as unix seconds); `${name}` for a field "
            "with a dash")
KEY(REWRITE_FIELD, "rewrite.", SECTION_EVENT, REGEX_FLAGS | KEY_REPEAT | KEY_FIELD, REGEX,
    .value = "REGEX -> TEXT",
    .help = "replaces all that matches in a field; `$1`, `${name}` and `$$` in TEXT")
KEY(MAP_FIELD, "map.", SECTION_EVENT, KEY_FREE | KEY_REPEAT | KEY_FIELD | KEY_FIELD_OF, TEXT,
    .value = "VALUE -> RESULT",
    .help =
        "looks a field up in a table, one row a line; `*` is every other value. `@FILE`: in a CSV "
        "or TSV of two columns, beside the rules file. `map.FIELD(OTHER)` looks OTHER up, and "
        "makes "
        "FIELD of what it finds")
KEY(UNIT_FIELD, "unit.", SECTION_EVENT, KEY_FIELD, TEXT, .value = "UNIT",
    .help = "what a bare number of the field counts, for `where`, `calc` and metrics without a "
            "`unit` of their own")
KEY(EXEMPLAR, "exemplar", SECTION_EVENT, 0, LIST, .value = "FIELD, ...",
    .help = "these fields become the exemplar of what the event updates")

/* [span NAME] */
KEY(BEGIN, "begin", SECTION_SPAN, 0, LIST, .value = "EVENT, ...",
    .help = "a line that is one of these events begins a span")
KEY(END, "end", SECTION_SPAN, 0, LIST, .value = "EVENT, ...",
    .help = "and one that is one of these ends it. Then it is the event NAME, with the fields of "
            "both lines (the end's, where both have one), `begin.FIELD` of the begin's, and "
            "`_duration`, the seconds of log time between them")
KEY(SPAN_KEY, "key", SECTION_SPAN, 0, LIST, .value = "FIELD, ...",
    .help = "fields that both lines have, and that tell which begin belongs to which end; without "
            "it one span is open at a time in a file")
KEY(SPAN_TIMEOUT, "timeout", SECTION_SPAN, 0, DURATION, .dflt = "1h", .min = "1s", .max = "8760h",
    .help =
        "no end came within so long: it is given up, and is the event NAME.unfinished, with the "
        "begin's fields")
KEY(MAX_OPEN, "max_open", SECTION_SPAN, 0, COUNT, .dflt = "10000", .min = "1", .max = "10000000",
    .help =
        "of each file; when there are more, the oldest is given up. On average 1 KiB is kept of "
        "each at most")

/* [counter NAME], [gauge NAME], [histogram NAME]: first what events do, in the order of enum
 * verb */
KEY(INC, "inc", SECTION_COUNTER | SECTION_GAUGE, KEY_VERB, LIST, .value = "EVENT, ...",
    .help = "+1")
KEY(DEC, "dec", SECTION_GAUGE, KEY_VERB, LIST, .value = "EVENT, ...", .help = "-1")
KEY(ADD, "add", SECTION_COUNTER | SECTION_GAUGE, KEY_VERB | KEY_VALUED, LIST, .value = "EVENT, ...",
    .help = "+ value")
KEY(SUB, "sub", SECTION_GAUGE, KEY_VERB | KEY_VALUED, LIST, .value = "EVENT, ...",
    .help = "- value")
KEY(SET, "set", SECTION_GAUGE, KEY_VERB | KEY_VALUED, LIST, .value = "EVENT, ...",
    .help = "= value")
KEY(RESET, "reset", SECTION_GAUGE, KEY_VERB, LIST, .value = "EVENT, ...",
    .help = "drops its series; without labels: = 0")
KEY(OBSERVE, "observe", SECTION_HISTOGRAM, KEY_VERB | KEY_VALUED, LIST, .value = "EVENT, ...",
    .help = "counts value in its bucket")
KEY(HELP, "help", SECTION_METRIC, KEY_FREE, TEXT, .value = "TEXT",
    .help = "the text that Prometheus shows")
KEY(VALUE, "value", SECTION_METRIC, 0, TEXT, .value = "FIELD | NUMBER",
    .help = "for `add`, `sub`, `set`, `observe`")
KEY(UNIT, "unit", SECTION_METRIC, 0, TEXT, .value = "UNIT",
    .help = "what a bare number counts: `ns us ms s min h` (to seconds), `B KiB MiB GiB TiB kB MB "
            "GB TB` (to bytes), `percent` (to a ratio), or a divisor such as `1/1000`. A value may "
            "carry its own unit, which wins")
KEY(LABELS, "labels", SECTION_METRIC, 0, LIST, .value = "a, b=FIELD, c=\"constant\"",
    .help = "a label from the field of that name, from another, or fixed; a missing one is "
            "`unknown`")
KEY(BUCKETS, "buckets", SECTION_HISTOGRAM, 0, LIST, .value = "NUMBER ...",
    .dflt = "0.005 0.01 0.025 0.05 0.1 0.25 0.5 1 2.5 5 10",
    .help = "upper bounds: a list, `exponential(start, factor, count)` or "
            "`linear(start, width, count)`")
KEY(ZERO, "zero", SECTION_METRIC, KEY_REPEAT, LIST, .value = "LABEL=x|y ...",
    .help = "series that are there at 0 from the start; repeatable")
KEY(MAX_VALUES, "max_values", SECTION_METRIC, 0, COUNT, .dflt = "200", .min = "1",
    .max = "10000000", .help = "values of one label; a further one becomes `other`")
KEY(MAX_SERIES, "max_series", SECTION_METRIC, 0, COUNT, .dflt = "2000", .min = "1",
    .max = "10000000", .help = "series of this metric; further ones are folded into `other`")
KEY(EXPIRE, "expire", SECTION_METRIC, 0, DURATION,
    .help = "drops series that were not updated for that long")
KEY(MIN, "min", SECTION_GAUGE, 0, NUMBER, .help = "keeps a gauge from falling below it")

/* [patterns] */
KEY(PATTERN_FILES, "include", SECTION_PATTERNS, KEY_REPEAT, LIST, .value = "GLOB, ...",
    .help = "files of grok patterns, a `NAME REGEX` a line, relative to this file")
KEY(PATTERN, "NAME", SECTION_PATTERNS, REGEX_FLAGS | KEY_ANY, REGEX, .value = "REGEX",
    .help = "the regex that `%{NAME}` stands for in every regex; `%{NAME:field}` makes a field of "
            "what it matches")

/* [test] */
KEY(TEST_RULES, "rules", SECTION_TEST, 0, TEXT, .value = "FILE",
    .help = "the rules under test, relative to this file")
KEY(TEST_UNMATCHED, "unmatched", SECTION_TEST, 0, COUNT,
    .help = "so many lines are no event; not checked if not given")
KEY(TEST_AT, "at", SECTION_TEST, 0, TEXT, .value = "TIME",
    .help = "the values are those of this log time; later lines do not count")
KEY(TEST_YEAR, "year", SECTION_TEST, 0, TEXT, .value = "YYYY",
    .help = "of the first line, for times without a year; a test never guesses it")
KEY(TEST_DATE, "date", SECTION_TEST, 0, TEXT, .value = "YYYY-MM-DD",
    .help = "likewise, for times without a date")
