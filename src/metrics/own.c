/* own -- the rows, and a family made of one. */
#include "config.h"

#include "metrics/own.h"

enum kept { LIVE, DURABLE };

static const char *const
    none[] = {NULL},
    *const by_log[] = {"log", NULL}, *const by_log_decoded[] = {"log", "decoded", NULL},
    *const by_log_reason[] = {"log", "reason", NULL}, *const by_event[] = {"event", NULL},
    *const by_event_reason[] = {"event", "reason", NULL}, *const by_span[] = {"span", NULL},
    *const by_span_reason[] = {"span", "reason", NULL}, *const by_metric[] = {"metric", NULL},
    *const by_metric_label[] = {"metric", "label", NULL},
    *const by_metric_event_reason[] = {"metric", "event", "reason", NULL},
    *const by_path_code[] = {"path", "code", NULL},
    *const by_version_revision[] = {"version", "revision", NULL};

static const struct own_metric {
    const char *name;
    enum family_type type;
    enum kept kept;
    const char *const *labels; /* ended by NULL */
    const char *help;
} rows[OWN_METRICS] = {
    [OWN_RULE_SKIPPED] = {"logtally_rule_skipped_total", FAMILY_COUNTER, DURABLE,
                          by_metric_event_reason,
                          "Updates left out because the value was missing, not a number, or "
                          "negative where it must not be"},
    [OWN_RULE_ERRORS] =
        {"logtally_rule_errors_total", FAMILY_COUNTER, DURABLE, by_event_reason,
         "Regexes that gave up on a line, and lines with more members than `each` takes"},
    [OWN_SERIES_FOLDED] = {"logtally_series_folded_total", FAMILY_COUNTER, DURABLE, by_metric_label,
                           "Updates counted under the label value \"other\" because of a limit; "
                           "label \"*\" stands for all labels"},
    [OWN_LOG_LINES] = {"logtally_log_lines_total", FAMILY_COUNTER, DURABLE, by_log_decoded,
                       "Lines read, by how they were decoded"},
    [OWN_LOG_LINES_MATCHED] = {"logtally_log_lines_matched_total", FAMILY_COUNTER, DURABLE, by_log,
                               "Lines that at least one event took"},
    [OWN_LOG_BYTES] = {"logtally_log_bytes_total", FAMILY_COUNTER, DURABLE, by_log,
                       "Bytes of lines read, as UTF-8"},
    [OWN_ENCODING_ERRORS] = {"logtally_log_encoding_errors_total", FAMILY_COUNTER, DURABLE, by_log,
                             "Bytes that are no characters of the log's `encoding`, and were "
                             "replaced"},
    [OWN_TIMES_UNREADABLE] = {"logtally_log_times_unreadable_total", FAMILY_COUNTER, DURABLE,
                              by_log,
                              "Times of lines that could not be read; most are looked at only when "
                              "something needs them, and the last one of what was read at once "
                              "always"},
    [OWN_RECORDS_CUT] =
        {"logtally_log_records_cut_total", FAMILY_COUNTER, DURABLE, by_log,
         "Records of several lines that were longer than [limits] line, and cut off "
         "there"},
    [OWN_LOG_REGEX_ERRORS] = {"logtally_log_regex_errors_total", FAMILY_COUNTER, DURABLE, by_log,
                              "Times that a regex of the log itself (record, rewrite, prefix, "
                              "time_match) gave up on a line, and was taken as not matching"},
    [OWN_EVENT_HITS] = {"logtally_event_hits_total", FAMILY_COUNTER, DURABLE, by_event,
                        "Lines that were this event"},
    [OWN_SPANS_OPEN] = {"logtally_spans_open", FAMILY_GAUGE, DURABLE, by_span,
                        "Spans that have begun and not yet ended"},
    [OWN_SPANS_UNMATCHED] =
        {"logtally_spans_unmatched_total", FAMILY_COUNTER, DURABLE, by_span_reason,
         "Lines that ended no span (no_begin), or had not all key fields (no_key); spans that were "
         "given up (timeout, replaced by another begin, full, reload); ends before their begin "
         "(negative)"},
    [OWN_FILES_ROTATED] = {"logtally_files_rotated_total", FAMILY_COUNTER, DURABLE, by_log,
                           "Files that got another name and were followed"},
    [OWN_FILES_TRUNCATED] = {"logtally_files_truncated_total", FAMILY_COUNTER, DURABLE, by_log,
                             "Files cut while followed"},
    [OWN_FILES_AMBIGUOUS] =
        {"logtally_files_ambiguous_total", FAMILY_COUNTER, DURABLE, by_log,
         "Files with the lines of one that is gone or has another name now, counted again"},
    [OWN_FILES_VANISHED] = {"logtally_files_vanished_total", FAMILY_COUNTER, DURABLE, by_log,
                            "Files gone before they were read to the end"},
    [OWN_LOST_BYTES] = {"logtally_lost_bytes_total", FAMILY_COUNTER, DURABLE, by_log_reason,
                        "Bytes known lost"},
    [OWN_STATE_RESETS] = {"logtally_state_resets_total", FAMILY_COUNTER, DURABLE, none,
                          "Starts without the state there had been"},
    [OWN_SERIES] = {"logtally_series", FAMILY_GAUGE, LIVE, by_metric, "Series kept"},
    [OWN_METRIC_UPDATED] = {"logtally_metric_updated_timestamp_seconds", FAMILY_GAUGE, LIVE,
                            by_metric, "When an event last updated the metric, seen at scrapes"},
    [OWN_FILES] = {"logtally_files", FAMILY_GAUGE, LIVE, by_log, "Files followed"},
    [OWN_FILES_OPEN] = {"logtally_files_open", FAMILY_GAUGE, LIVE, by_log, "Files held open"},
    [OWN_LAG_BYTES] = {"logtally_lag_bytes", FAMILY_GAUGE, LIVE, by_log,
                       "Bytes in files that are not yet read"},
    [OWN_PATHS_UNMATCHED] = {"logtally_paths_unmatched", FAMILY_GAUGE, LIVE, by_log,
                             "Values of `path` that no file matches"},
    [OWN_DIRECTORIES_UNREADABLE] = {"logtally_directories_unreadable", FAMILY_GAUGE, LIVE, by_log,
                                    "Directories that may hold matching files, and cannot be "
                                    "listed or entered"},
    [OWN_FILES_NULS] = {"logtally_files_nuls", FAMILY_GAUGE, LIVE, by_log,
                        "Files with NULs where the next line should be: allocated ahead, or left "
                        "by a crash"},
    [OWN_LOG_LAST_LINE] = {"logtally_log_last_line_timestamp_seconds", FAMILY_GAUGE, LIVE, by_log,
                           "When a line of the log was last read"},
    [OWN_READ_ERRORS] = {"logtally_read_errors_total", FAMILY_COUNTER, LIVE, by_log,
                         "Errors while reading files"},
    [OWN_CATCHING_UP] = {"logtally_catching_up", FAMILY_GAUGE, LIVE, none,
                         "1 while files are read that were there at the start"},
    [OWN_CHECKPOINT_TIME] = {"logtally_checkpoint_timestamp_seconds", FAMILY_GAUGE, LIVE, none,
                             "When the last snapshot became durable"},
    [OWN_CHECKPOINT_BYTES] = {"logtally_checkpoint_bytes", FAMILY_GAUGE, LIVE, none,
                              "Size of the last snapshot"},
    [OWN_CHECKPOINT_DURATION] = {"logtally_checkpoint_duration_seconds", FAMILY_GAUGE, LIVE, none,
                                 "How long saving the last snapshot took"},
    [OWN_CHECKPOINT_FAILURES] = {"logtally_checkpoint_failures_total", FAMILY_COUNTER, LIVE, none,
                                 "Snapshots that could not be saved"},
    [OWN_STATE_REMOVED] = {"logtally_state_removed_total", FAMILY_COUNTER, LIVE, none,
                           "Times the saved state was removed by somebody, and saved again"},
    [OWN_RELOAD_OK] = {"logtally_config_last_reload_successful", FAMILY_GAUGE, LIVE, none,
                       "1 when the last reload worked, of rules and of web_config"},
    [OWN_RELOAD_TIME] = {"logtally_config_last_reload_success_timestamp_seconds", FAMILY_GAUGE,
                         LIVE, none, "When a configuration was last loaded"},
    [OWN_HTTP_REQUESTS] = {"logtally_http_requests_total", FAMILY_COUNTER, LIVE, by_path_code,
                           "Requests answered"},
    [OWN_SCRAPE_DURATION] = {"logtally_scrape_duration_seconds", FAMILY_GAUGE, LIVE, none,
                             "How long answering the last scrape took"},
    [OWN_LOOP_LONGEST] = {"logtally_loop_longest_callback_seconds", FAMILY_GAUGE, LIVE, none,
                          "CPU time of the longest step of work so far during which no request was "
                          "answered"},
    [OWN_BUILD_INFO] = {"logtally_build_info", FAMILY_GAUGE, LIVE, by_version_revision,
                        "Version of the program"},
    [OWN_CPU_SECONDS] = {"process_cpu_seconds_total", FAMILY_COUNTER, LIVE, none, "CPU time used"},
    [OWN_RESIDENT_BYTES] = {"process_resident_memory_bytes", FAMILY_GAUGE, LIVE, none,
                            "Resident memory"},
    [OWN_VIRTUAL_BYTES] = {"process_virtual_memory_bytes", FAMILY_GAUGE, LIVE, none,
                           "Virtual memory"},
    [OWN_OPEN_FDS] = {"process_open_fds", FAMILY_GAUGE, LIVE, none, "Open file descriptors"},
    [OWN_MAX_FDS] = {"process_max_fds", FAMILY_GAUGE, LIVE, none, "Limit of open file descriptors"},
    [OWN_START_TIME] = {"process_start_time_seconds", FAMILY_GAUGE, LIVE, none,
                        "When the process started"},
};

const char *own_name(enum own_id id)
{
    return rows[id].name;
}

bool own_is_durable(enum own_id id)
{
    return rows[id].kept == DURABLE;
}

static unsigned count_labels(const struct own_metric *m)
{
    unsigned n = 0;

    while (m->labels[n])
        n++;
    return n;
}

struct family *own_family(struct registry *r, enum own_id id)
{
    const struct own_metric *m = &rows[id];
    struct family_spec spec = {.name = m->name,
                               .help = m->help,
                               .type = m->type,
                               .nlabels = count_labels(m),
                               .labels = m->labels,
                               .own = true};

    return registry_family(r, &spec);
}

void own_describe(struct buf *out)
{
    for (unsigned i = 0; i < OWN_METRICS; i++) {
        const struct own_metric *m = &rows[i];

        buf_fmt(out, "%s\t%s\t", m->name, family_type_text(m->type));
        for (unsigned k = 0; m->labels[k]; k++)
            buf_fmt(out, "%s%s", k ? ", " : "", m->labels[k]);
        buf_fmt(out, "\t%s\t%s\n", m->kept == DURABLE ? "durable" : "live", m->help);
    }
}
